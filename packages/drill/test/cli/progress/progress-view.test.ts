import type { RunEvent } from '@dr-drill/runbook-core'
import { expect, test, vi } from 'vitest'
import { durationText } from '../../../src/cli/progress/durations.ts'
import { type ProgressOptions, progressView } from '../../../src/cli/progress/progress-view.ts'

const titles = new Map([
  ['a', 'First'],
  ['b', 'Second\u001b[2J'],
])
const started = (step: string): RunEvent => ({
  type: 'step-started',
  step,
  attempt: 1,
  input: null,
  inputDigest: '',
  key: '',
})
const failed: RunEvent = {
  type: 'step-failed',
  step: 'b',
  attempt: 1,
  error: {
    code: 'disk-full',
    message: 'no room\nleft',
    subject: null,
    hint: '',
    retryable: false,
    cause: null,
    origin: null,
  },
}
const succeeded: RunEvent = {
  type: 'step-succeeded',
  step: 'a',
  attempt: 1,
  output: null,
  captures: {},
  exercised: 'recorded',
}

function shown(
  isLive: boolean,
  options: Partial<ProgressOptions>,
  play: (now: { ms: number }) => void,
): string {
  let text = ''
  const now = { ms: 0 }
  const terminal = {
    out() {},
    err: (piece: string) => {
      text += piece
    },
    isLive,
    columns: 40,
    colour: false,
  }
  vi.useFakeTimers()
  const view = progressView(terminal, {
    format: 'plain',
    quiet: false,
    titles,
    now: () => now.ms,
    ...options,
  })
  try {
    view.event(started('a'))
    view.event(started('b'))
    play(now)
    view.event(succeeded)
    view.event(failed)
  } finally {
    view.end()
    vi.useRealTimers()
  }
  return text
}

test('without a terminal there is a line per change and a heartbeat each 30 s, and nothing moves the cursor', () => {
  const text = shown(false, {}, (now) => {
    now.ms = 30_000
    vi.advanceTimersByTime(30_000)
  })
  expect(text.split('\n')).toEqual([
    'note  still at work: 0/2 First (30.0 s), Second\\x1b[2J (30.0 s)',
    'ok    First (30.0 s, recorded only)',
    'FAIL  Second\\x1b[2J (30.0 s): disk-full: no room\\x0aleft',
    '',
  ])
})

test('quiet shows failures only', () => {
  expect(shown(false, { quiet: true }, () => vi.advanceTimersByTime(90_000))).toMatch(/^FAIL [^\n]+\n$/)
})

test('a live line never wraps and is gone at the end', () => {
  const text = shown(true, { format: 'pretty' }, () => vi.advanceTimersByTime(200))
  const drawn = text.split('\r\u001b[2K')
  expect(Math.max(...drawn.filter((part) => part.includes('/2')).map((part) => part.length))).toBe(39)
  expect(drawn.at(-1)).toBe('')
  expect(text).toContain('✔ First (0 ms, recorded only)\n')
})

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [4_210, '4.2 s'],
  [185_000, '3 min 05 s'],
  [14_520_000, '4 h 02 min'],
])('%d ms is said as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
