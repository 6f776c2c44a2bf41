import { describe, expect, it } from 'vitest'
import { FakeHost } from '../fakes/fake-host.ts'

describe('fence', () => {
  it('fences the old primary and gives the proof', () => {
    const host = new FakeHost()
    expect(host.perform('fence', { host: 'old-primary' })).toEqual({
      host: 'old-primary',
      proof: 'old-primary answers nobody',
    })
    expect(host.fenced).toEqual(['old-primary'])
  })

  it('has journalled that the fence is kept before it stands, so that a crash cannot lose it', () => {
    for (const when of ['before', 'after'] as const) {
      const host = new FakeHost()
      host.perform('fence', { host: 'old-primary' }, { death: { call: 2, when } })
      expect(host.obligations).toMatchObject([
        { kind: 'fence-kept', subject: { host: 'old-primary' }, release: 'keep-until-restored' },
      ])
      host.perform('fence', { host: 'old-primary' })
      expect(host.fenced).toEqual(['old-primary'])
    }
  })
})

describe('approve', () => {
  const question = { question: 'Accept the loss of 12 minutes?' }

  it('gives who approved', () => {
    expect(new FakeHost().perform('approve', question, { approvedBy: 'mia' })).toEqual({ by: 'mia' })
  })

  it('pauses the run with the question and the way to answer it', () => {
    const error = new FakeHost().failure('approve', question)
    expect(error.code).toBe('approval-needed')
    expect(error.exitCode).toBe(6)
    expect(error.message).toBe(question.question)
    expect(error.hint).toContain('--approve step=')
  })

  it('asks a question', () => {
    expect(() => new FakeHost().perform('approve', { question: '' })).toThrow()
  })
})
