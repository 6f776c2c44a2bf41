import { parseArgs } from 'node:util'
import { FUZZ_TARGETS } from '../test/fuzz/targets/index.ts'
import { WatchedCampaigns } from '../test/fuzz/watched.ts'

const HELP = `Feeds mutated inputs to everything that reads bytes a stranger may have written.

  npm run fuzz -- --inputs 1000000 --seed 7            every reader, one after another
  npm run fuzz -- --target segment --inputs 1000000    one of them

Ends with 1 and the input, in hex, when a reader crashes, hangs, writes beside its root or refuses without a type.`

const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log(HELP)
} else {
  const names = FUZZ_TARGETS.map(({ name }) => name)
  const chosen = values.target === undefined ? names : names.filter((name) => name === values.target)
  if (chosen.length === 0) {
    console.error(`nothing to fuzz is called ${values.target}; there are ${names.join(', ')}`)
    process.exit(2)
  }
  const campaigns = new WatchedCampaigns()
  for (const target of chosen) {
    const startedAt = performance.now()
    const task = { target, seed: Number(values.seed), inputs: Number(values.inputs) }
    const { find, inputs, outcomes } = await campaigns.run(task)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
    console.log(`${target}: ${inputs} inputs in ${seconds} s, ${outcomes.size} ways of ending`)
    if (find === null) continue
    console.error(`seed ${find.seed}, input ${find.index}: ${find.inputHex}\n${find.error}`)
    process.exitCode = 1
  }
  await campaigns.close()
}
