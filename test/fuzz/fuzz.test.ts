import { afterAll, describe, expect, test } from 'vitest'
import { FUZZ_TARGETS } from './targets/index.ts'
import { WatchedCampaigns } from './watched.ts'

/** `npm run fuzz` goes on for as long as one likes; the long run has a hundred times the inputs. */
const INPUTS = process.env.DRILL_TEST_LONG === '1' ? 100_000 : 1000
const SEED = Number(process.env.DRILL_TEST_SEED)
const HOUR_MS = 3_600_000

const campaigns = new WatchedCampaigns()
afterAll(() => campaigns.close())

describe('readers of bytes that a stranger may have written', () => {
  test.each(FUZZ_TARGETS.map(({ name }) => name))(
    '%s: no crash, no hang, nothing written beside its root; every refusal is typed',
    async (target) => {
      const { find, inputs, outcomes } = await campaigns.run({ target, seed: SEED, inputs: INPUTS })
      expect(find).toBeNull()
      expect(inputs).toBe(INPUTS)
      // Valid inputs and refused ones: a campaign that meets one way of ending alone tests nothing.
      expect(outcomes.size).toBeGreaterThan(1)
    },
    HOUR_MS,
  )
})

describe('planted defects are found', () => {
  test('a crash, with the input that makes it', async () => {
    const { find } = await campaigns.run({ target: 'canary-crash', seed: SEED, inputs: 10_000 })
    expect(find?.error).toContain('TypeError')
    expect(find?.inputHex).toMatch(/^([0-9a-f]{2})+$/)
  })

  test('a hang, with the number of the input', async () => {
    const { find } = await campaigns.run(
      { target: 'canary-hang', seed: SEED, inputs: 1_000_000 },
      { hangMs: 500 },
    )
    expect(find?.error).toContain('was still being read')
    expect(find?.index).toBeGreaterThan(0)
  })
})
