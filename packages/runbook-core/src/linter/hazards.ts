/** A way of writing a command that the procedure as written stumbled over. */
export interface Hazard {
  readonly defect: string
  /** Matched against each line of the command. */
  readonly pattern: RegExp
  readonly message: string
  readonly fix: string
}

const hazard = (defect: string, pattern: RegExp, message: string, fix: string): Hazard => ({
  defect,
  pattern,
  message,
  fix,
})

/** Hazards by defect, in its order. One line each; patterns have no nested quantifiers. */
export const HAZARDS: readonly Hazard[] = [
  hazard(
    'D12',
    /\bapt(-get)? .*install\b/,
    'installs packages whose version the distribution decides',
    'Bring pinned tools, or use actions, which need none.',
  ),
  hazard(
    'D13',
    /\bcurl\b[^\n|]*\|\s*(sudo\s+)?(ba)?sh\b/,
    'runs a script from the network as it is today, perhaps with a prompt',
    'Install a pinned artefact by digest.',
  ),
  hazard(
    'D14',
    /\bcargo build\b/,
    'needs a compiler, a registry and half an hour in a disaster',
    'Install the artefact that wrote the data.',
  ),
  hazard(
    'D15',
    /\buseradd\b/,
    'fails when the account exists already',
    'Check for the account in the preflight; make it with the host, not with the restore.',
  ),
  hazard(
    'D20',
    /\btail -n ?1\b/,
    'takes the newest name for the newest complete backup',
    'Choose by manifest, newest first, with reasons.',
  ),
  hazard(
    'D21',
    /\baws s3 ls\b[^\n]*\|/,
    'loses the error of a listing in a pipe: an empty name selects the whole bucket',
    'Use the selecting action: its value cannot be empty.',
  ),
  hazard(
    'D24',
    /\bsudo -u \S+ aws\b/,
    'uses other credentials than the listing did: sudo drops the environment',
    'Resolve credentials once, inside the port.',
  ),
  hazard(
    'D27',
    /\bls -l\w*\b/,
    'proves nothing: a listing is no verification',
    'Verify sizes and digests against the manifest.',
  ),
  hazard(
    'D30',
    /\baws s3 sync\b[^\n]*wal-archive\//,
    'downloads the whole archive, which grows for ever',
    'Fetch the range of positions after the backup.',
  ),
  hazard(
    'D32',
    /\bwc -l\b/,
    'counts files where continuity matters: a gap counts like none',
    'Scan for contiguous positions of one history.',
  ),
  hazard(
    'D33',
    /\bfind\b[^\n]*-name\b[^\n]*\.wal/,
    'counts files in subdirectories that a later copy does not see',
    'Use one resolved list for counting, verifying and placing.',
  ),
  hazard(
    'D34',
    /\baws s3 sync\b/,
    'decides by size and time: a corrupt file of the same size is kept',
    'Compare checksums.',
  ),
  hazard(
    'D38',
    /\brsync\b(?![^\n]*--checksum)/,
    'copies without checking or syncing what arrived',
    'Verify at the destination and fsync files and directories.',
  ),
  hazard(
    'D40',
    /\bcp\b[^\n]*\*\.wal/,
    'overwrites good segments with archived ones of the same name',
    'Choose per segment by validity and position; a conflict stops the restore.',
  ),
  hazard(
    'D41',
    /\bcp\b[^\n]*\*/,
    'lets a shell expand names: an empty directory copies nothing and a full one exceeds the argument limit',
    'Work from an explicit list.',
  ),
  hazard(
    'D44',
    /\bdu -\w*s/,
    'compares sizes on disk, which differ for good data and agree for bad',
    'Compare file by file with the manifest.',
  ),
  hazard(
    'D45',
    /\bgit clone\b/,
    'takes the newest source instead of the version that wrote the data',
    'Install the pinned artefact.',
  ),
  hazard(
    'D48',
    /\btee \/etc\/|>\s*\/etc\/default\//,
    'overwrites a whole configuration file',
    'Set the variables that this step owns and keep the rest.',
  ),
  hazard(
    'D49',
    /(?<![\d.])0\.0\.0\.0:\d/,
    'binds to every address',
    'Bind to 127.0.0.1 until the gate has passed.',
  ),
  hazard(
    'D51',
    /\bjournalctl\b[^\n]* -f\b|\btail -[fF]\b/,
    'never returns',
    'Wait for health with a deadline.',
  ),
  hazard(
    'D53',
    /\bchown -R\b[^\n]*\/opt\b/,
    'gives the service its own program to overwrite',
    'Let root own what the service runs.',
  ),
  hazard(
    'D54',
    /\bcurl\b(?![^\n]*(--fail|-\w*f\b|-w))/,
    'takes an error page for an answer',
    'Check the status and the shape of the answer.',
  ),
  hazard(
    'D55',
    /\$\(\([^\n]*-/,
    'reads an empty or missing value as 0',
    'Parse values; a missing one must fail.',
  ),
  hazard(
    'D64',
    /\blist-timers\b/,
    'takes a listed timer for a working one',
    'Force one run and see its object in the store.',
  ),
  hazard(
    'D65',
    /\b(mail|sendmail|mutt)\b -/,
    'mails people, whatever the result and also in a drill',
    'Use the notifying action.',
  ),
  hazard(
    'D68',
    /\[\[[^\n]*<[^\n]*\]\]/,
    'compares times as text',
    'Compare instants in integer milliseconds.',
  ),
  hazard(
    'D70',
    /\bstat -c ?%Y\b/,
    'takes the time of upload for the time of the records',
    'Cut by the time in the records.',
  ),
  hazard('D73', /\bstrftime\b/, 'prints local time with a Z', 'Compare integer instants in UTC.'),
  hazard(
    'D80',
    /--delete\b/,
    'deletes what the source lacks: the unarchived tail is the only copy',
    'Fetch beside it and move what is replaced to quarantine.',
  ),
  hazard(
    'D85',
    /\bgrep\b[^\n]*\bdb\b/,
    'matches the name of the service itself',
    'Ask the engine, or match its documented lines.',
  ),
  hazard(
    'D89',
    /--exact-timestamps\b/,
    'repairs wrong times, not wrong bytes',
    'Fetch again what the manifest says is damaged.',
  ),
  hazard(
    'D90',
    /\bmv\b[^\n]*\.wal[^\n]* \/tmp/,
    'takes a segment out of the middle: what follows replays over a hole',
    'Find another copy; else keep the prefix and record the loss.',
  ),
  hazard(
    'D93',
    /\bchmod\b[^\n]*\b[0-7]?[0-7]{2}[1-7]\b/,
    'lets everybody read the data',
    'Directories 0750, files 0640.',
  ),
  hazard(
    'D94',
    /\bchown -R\b/,
    'changes everything below a directory instead of what was placed',
    'Set owners of an explicit list, with the service stopped.',
  ),
  hazard(
    'D95',
    /\bdig\b|\bnslookup\b/,
    'asks one resolver',
    'Ask several, mind the TTL, and probe as a client.',
  ),
]
