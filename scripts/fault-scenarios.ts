import { mkdirSync, writeFileSync } from 'node:fs'
import { faultKind, scenarioText } from '@dr-drill/simulator'
import { CARELESS_DRILLS, NOT_OVERLOOKED, TOLD_APART } from '../packages/drill/test/faults-apart/careless.ts'
import { scenarioOf, Theatre } from '../packages/drill/test/faults-apart/perform.ts'
import { SHOWN_FAULTS } from '../packages/drill/test/faults-apart/shown.ts'

/**
 * Writes what the drills of each fault come to: a scenario per kind, and how a run notices it. Run with `--conditions=source`, then
 * `npm run fix` for the form; a
 * difference in what it writes is a change of behaviour, to be looked at.
 */
const FOLDER = 'fixtures/scenarios/faults'
mkdirSync(FOLDER, { recursive: true })
const theatre = new Theatre('.')
const faults = SHOWN_FAULTS.map(([kind, text]) => {
  const { drill, path } = theatre.show(text)
  const title = `${kind}: ${faultKind(kind).verb}`
  writeFileSync(`${FOLDER}/${kind}.json`, scenarioText(scenarioOf(title, text, drill)))
  const careless = CARELESS_DRILLS.find((one) => one.kind === kind)
  return {
    kind,
    fault: text,
    verdict: drill.judged.verdict.kind,
    noticedBy: path,
    careless:
      careless === undefined ? null : { fault: careless.fault, by: careless.by, breaks: careless.breaks },
  }
})
const told = {
  kind: 'faults-told-apart',
  schemaVersion: 2,
  notOverlooked: NOT_OVERLOOKED,
  pairs: TOLD_APART,
  faults,
}
writeFileSync('fixtures/faults-told-apart.json', `${JSON.stringify(told, null, 2)}\n`)
