import { OperatingError } from '@dr-drill/runbook-core'
import { bytesOf, type FuzzTarget } from '../fuzz-target.ts'

const corpus = [bytesOf('a line\nand another\n')]

/** Readers with a planted defect each, which a campaign must find. */
export const CANARIES: readonly FuzzTarget[] = [
  {
    name: 'canary-crash',
    corpus,
    dictionary: [],
    read(input) {
      if (input.length === 0) throw new OperatingError('input-invalid', 'it is empty')
      // The first byte of the second line, whether there is one or not.
      return (input.subarray(input.indexOf(10) + 1)[0] as number).toFixed() === '' ? 'none' : 'read'
    },
  },
  {
    name: 'canary-hang',
    corpus,
    dictionary: [],
    read(input) {
      for (let at = 0; at < input.length; ) at += input[at] === 0 ? 0 : 1
      return 'read'
    },
  },
]
