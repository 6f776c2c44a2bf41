/**
 * The one registry of operating errors. A code is stable: scripts and reports match on it. Each entry says what exit code a run
 * that ends by it has (contracts.md, "Exit codes"), whether trying again can help, and what an operator does next.
 */
export interface ErrorDefinition {
  /** Exit code of a run whose first cause is this error. */
  readonly exitCode: 1 | 2 | 3 | 4 | 5 | 6 | 70
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
  /** What to do next, in one sentence; a thrower with better knowledge passes its own. */
  readonly hint: string
}

const define = <const T extends Record<string, ErrorDefinition>>(table: T): T => table

/** All operating errors by code. Add a line; never change the meaning of one. */
export const ERRORS = define({
  // Input: nothing was started.
  'usage-invalid': { exitCode: 2, retryable: false, hint: 'See --help of the command.' },
  'input-unreadable': { exitCode: 2, retryable: false, hint: 'Check that the file exists and may be read.' },
  'input-invalid': {
    exitCode: 2,
    retryable: false,
    hint: 'Mend the named line; `drill schema` prints what is expected.',
  },
  'input-too-new': {
    exitCode: 2,
    retryable: false,
    hint: 'Use a newer release of the drill: the file was written by one.',
  },
  'input-too-large': {
    exitCode: 2,
    retryable: false,
    hint: 'Split the input or raise the documented limit.',
  },
  // Environment.
  'environment-lacking': {
    exitCode: 5,
    retryable: false,
    hint: 'Run `drill doctor`; it names the command that mends this.',
  },
  'capability-missing': {
    exitCode: 5,
    retryable: false,
    hint: 'Choose a target that offers the capability.',
  },
  'target-busy': {
    exitCode: 5,
    retryable: true,
    hint: 'Wait for the other run on this target, or choose another work directory.',
  },
  // Files and devices.
  'file-missing': {
    exitCode: 1,
    retryable: false,
    hint: 'Check the path; the step before it should have made it.',
  },
  'file-exists': {
    exitCode: 1,
    retryable: false,
    hint: 'Something else made this file; move it away before going on.',
  },
  'permission-denied': {
    exitCode: 1,
    retryable: false,
    hint: 'Check owner and mode of the path and its parents.',
  },
  'disk-full': { exitCode: 1, retryable: false, hint: 'Free space on the device, then resume.' },
  'input-output': {
    exitCode: 1,
    retryable: false,
    hint: 'The device failed to read or write; check the kernel log, then resume on a healthy device.',
  },
  'path-escapes-root': {
    exitCode: 3,
    retryable: false,
    hint: 'A name points outside the target root: treat its source as hostile.',
  },
  // Object stores and networks.
  'object-missing': {
    exitCode: 3,
    retryable: false,
    hint: 'The object is not in the bucket; check retention and versions.',
  },
  'object-changed': {
    exitCode: 1,
    retryable: true,
    hint: 'The object was replaced while it was read; list again.',
  },
  'object-corrupt': {
    exitCode: 3,
    retryable: true,
    hint: 'The bytes do not match their recorded checksum; look for another copy.',
  },
  'copy-spoilt': {
    exitCode: 3,
    retryable: false,
    hint: 'The disk of this host returns other bytes than were written. Resume fetches them again; where that happens again, run on another host.',
  },
  'object-exists': {
    exitCode: 1,
    retryable: false,
    hint: 'Archived objects are written once; the existing one was kept.',
  },
  'store-unavailable': {
    exitCode: 1,
    retryable: true,
    hint: 'The object store does not answer; check the network and its status, then resume.',
  },
  'store-denied': {
    exitCode: 5,
    retryable: false,
    hint: 'The credentials lack this right; see the policy that `drill plan` prints.',
  },
  'store-throttled': {
    exitCode: 1,
    retryable: true,
    hint: 'The object store asked to slow down; resume later.',
  },
  'connection-failed': {
    exitCode: 1,
    retryable: true,
    hint: 'The endpoint does not answer; check that the service runs.',
  },
  'response-invalid': {
    exitCode: 1,
    retryable: true,
    hint: 'The answer does not have the documented shape; is this the right service and version?',
  },
  'timed-out': {
    exitCode: 1,
    retryable: true,
    hint: 'Raise the timeout parameter named by the step, or find what is slow; then resume.',
  },
  // The agent that performs steps on another machine.
  'agent-lost': {
    exitCode: 1,
    retryable: true,
    hint: 'The connection to the machine broke, or its agent died; see whether the machine runs, then resume.',
  },
  'agent-invalid': {
    exitCode: 1,
    retryable: false,
    hint: 'What answers there does not speak as an agent of this release does; see docs/agent.md.',
  },
  // Commands and services.
  'command-failed': { exitCode: 1, retryable: false, hint: 'Read the captured output of the command.' },
  'service-failed': { exitCode: 1, retryable: false, hint: 'Read the log lines of the service named here.' },
  'identity-mismatch': {
    exitCode: 3,
    retryable: false,
    hint: 'Another process answers in place of the one this run started; find it before anything else.',
  },
  // Backups and logs.
  'backup-none-usable': {
    exitCode: 3,
    retryable: false,
    hint: 'Every candidate was refused; the reasons are listed with each.',
  },
  'backup-incomplete': {
    exitCode: 3,
    retryable: false,
    hint: 'Use an older backup; this one never finished.',
  },
  'signature-invalid': {
    exitCode: 3,
    retryable: false,
    hint: 'The signature does not match the trusted key: treat the bucket as tampered with.',
  },
  'log-gap': {
    exitCode: 3,
    retryable: false,
    hint: 'Find another copy of the missing range, or accept the loss with accept-loss=true.',
  },
  'log-corrupt': {
    exitCode: 3,
    retryable: false,
    hint: 'Find another copy of the corrupt range, or accept the loss with accept-loss=true.',
  },
  'log-history-conflict': {
    exitCode: 3,
    retryable: false,
    hint: 'Two histories share a position: decide which is the right one before restoring.',
  },
  'version-mismatch': { exitCode: 3, retryable: false, hint: 'Use the artefact that wrote this data.' },
  'artifact-mismatch': {
    exitCode: 3,
    retryable: false,
    hint: 'The artefact is not the pinned one; fetch it again from a trusted place.',
  },
  'check-failed': {
    exitCode: 1,
    retryable: false,
    hint: 'The check named here did not hold; see its detail.',
  },
  // The run itself.
  'precondition-failed': {
    exitCode: 3,
    retryable: false,
    hint: 'Mend what the preflight names, then run again.',
  },
  'data-in-the-way': {
    exitCode: 3,
    retryable: false,
    hint: 'The target holds data that this run did not write; move it to safety first.',
  },
  'approval-refused': { exitCode: 3, retryable: false, hint: 'A person refused; nothing further was done.' },
  'approval-needed': {
    exitCode: 6,
    retryable: false,
    hint: 'Give the approval with --approve STEP=NAME and resume.',
  },
  'journal-damaged': {
    exitCode: 3,
    retryable: false,
    hint: 'The journal was altered; do not resume from it. Keep it as evidence and start a new run.',
  },
  'world-unexplained': {
    exitCode: 3,
    retryable: false,
    hint: 'The target holds effects that the journal does not explain; find who made them before resuming.',
  },
  cancelled: { exitCode: 1, retryable: false, hint: 'The run was cancelled; resume it or clean up.' },
  'deadline-passed': { exitCode: 4, retryable: false, hint: 'Raise --deadline.' },
  internal: {
    exitCode: 70,
    retryable: false,
    hint: 'This is a defect of the drill; please report it with the run directory.',
  },
})

/** The code of an operating error. */
export type ErrorCode = keyof typeof ERRORS
