import { type AnyAction, defineAction } from '@dr-drill/runbook-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { wouldWrite } from '../../src/engine/in-process/dry-run.ts'

function action(
  effects: Partial<ReturnType<AnyAction['effects']>>,
  traits: AnyAction['traits'] = [],
): AnyAction {
  return defineAction({
    kind: 'toy',
    summary: 'A toy.',
    input: z.object({}),
    output: z.object({}),
    effects: () => ({ reads: [], writes: [], destroys: [], exposes: [], ...effects }),
    capabilities: { required: [], optional: [] },
    traits,
    ports: [],
    estimate: () => ({ bestMs: 0, likelyMs: 0, worstMs: 0 }),
    *run() {
      return {}
    },
  })
}

describe('in a dry run', () => {
  it('an action that only reads is performed', () => {
    expect(wouldWrite(action({ reads: ['store:source'] }), {})).toBeNull()
  })

  it('every declared change is told and keeps the action from being performed', () => {
    const changing = action({ writes: ['path:/x'], destroys: ['path:/y'], exposes: ['dns:z'] })
    expect(wouldWrite(changing, {})).toBe('dry run: would write path:/x, destroy path:/y, expose dns:z')
  })

  it('a check of the result is not performed: there is none', () => {
    expect(wouldWrite(action({ reads: ['alerts:all'] }, ['validates']), {})).toContain('nothing to check')
  })
})
