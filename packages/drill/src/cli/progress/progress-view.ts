import type { RunEvent } from '@dr-drill/runbook-core'
import { type LogEntry, logLine } from '../../ports/log.ts'
import type { Format } from '../flags.ts'
import type { Terminal } from '../terminal.ts'
import { durationText } from './durations.ts'
import { type Marks, StepLines, SYMBOLS, WORDS } from './step-lines.ts'

/** Shows on stderr how a run goes on. */
export interface ProgressView {
  event(event: RunEvent): void
  log(entry: LogEntry): void
  /** A line of the run itself, outside any step. */
  say(text: string): void
  /** Stops timers and takes the live line away. */
  end(): void
}

/** How much is shown, and how. */
export interface ProgressOptions {
  readonly format: Format
  readonly quiet: boolean
  readonly titles: ReadonlyMap<string, string>
  /** Monotonic ms. */
  readonly now: () => number
}

const HEARTBEAT_MS = 30_000
const FRAME_MS = 100
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/**
 * One line per change; on a terminal also a live line with what runs now, without one a heartbeat every 30 s. `--quiet` shows
 * warnings and failures only.
 */
export function progressView(terminal: Terminal, options: ProgressOptions): ProgressView {
  const marks: Marks = options.format === 'plain' ? WORDS : SYMBOLS
  const lines = new StepLines(options.titles, marks)
  const live = terminal.isLive && options.format !== 'plain' && !options.quiet
  let frame = 0
  const clear = (): void => {
    if (live) terminal.err('\r\u001b[2K')
  }
  const draw = (): void => {
    if (!live) return
    const text = `${FRAMES[frame % FRAMES.length]} ${statusText(lines, options.now())}`
    terminal.err(`\r\u001b[2K${text.slice(0, terminal.columns - 1)}`)
  }
  const show = (line: string): void => {
    clear()
    terminal.err(`${line}\n`)
    draw()
  }
  const beat = setInterval(
    () => {
      frame += 1
      if (live) draw()
      else if (!options.quiet)
        terminal.err(`${marks.note} still at work: ${statusText(lines, options.now())}\n`)
    },
    live ? FRAME_MS : HEARTBEAT_MS,
  )
  return {
    event(event) {
      const line = lines.lineOf(event, options.now())
      const matters = event.type === 'step-failed' || event.type === 'fault-fired'
      if (line !== null && (!options.quiet || matters)) show(line)
      else draw()
    },
    log(entry) {
      if (entry.level === 'debug' || (options.quiet && entry.level === 'info')) return
      show(`${entry.level === 'info' ? marks.note : `${marks.note} ${entry.level}:`} ${logLine(entry)}`)
    },
    say(text) {
      if (!options.quiet) show(text)
    },
    end() {
      clearInterval(beat)
      clear()
    },
  }
}

function statusText(lines: StepLines, now: number): string {
  const running = lines.running(now).map(({ title, forMs }) => `${title} (${durationText(forMs)})`)
  return `${lines.endedCount}/${lines.totalCount} ${running.length === 0 ? 'waiting' : running.join(', ')}`
}
