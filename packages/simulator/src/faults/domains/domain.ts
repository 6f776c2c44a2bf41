import type { Trait } from '@dr-drill/runbook-core'

/** A value that a parameter of a fault may have, as it stands in a record. */
export type ParameterValue = string | number | boolean

/** One of some words; the first is usual. */
export interface OneOf<W extends string = string> {
  readonly type: 'one-of'
  readonly values: readonly [W, ...W[]]
  readonly usual: W
  readonly meaning: string
}

/** Bounds of whole numbers, both included. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** A whole number. */
export interface WholeNumber extends Bounds {
  readonly type: 'whole-number'
  readonly usual: number
  /** What a draw may give: where the interesting values are. */
  readonly drawn: Bounds
  readonly meaning: string
}

/** A whole number, or a word that stands beyond all numbers (`endless`). */
export interface NumberOrWord<W extends string = string> {
  readonly type: 'number-or-word'
  readonly word: W
  readonly number: WholeNumber
  readonly usual: number
  readonly meaning: string
}

/** `true` or `false`. */
export interface Truth {
  readonly type: 'truth'
  readonly usual: boolean
  readonly meaning: string
}

/** Which steps a draw may take: those whose action has one of these traits; null: any. */
export type Among = readonly Trait[] | null

/** The id of a step; empty: the fault chooses. */
export interface StepName {
  readonly type: 'step'
  readonly usual: ''
  readonly among: Among
  readonly meaning: string
}

/** A moment of a run, as `momentText` writes it; empty: the fault chooses. */
export interface MomentName {
  readonly type: 'moment'
  readonly usual: 'start' | ''
  readonly among: Among
  readonly meaning: string
}

/** What a parameter may be: data, from which reading, help, drawing and arbitraries are all made. */
export type Domain = OneOf | WholeNumber | NumberOrWord | Truth | StepName | MomentName

/** The values of a domain. */
export type ValueOf<D extends Domain> =
  D extends OneOf<infer W>
    ? W
    : D extends NumberOrWord<infer W>
      ? number | W
      : D extends WholeNumber
        ? number
        : D extends Truth
          ? boolean
          : string

/** Parameters of a fault by name. */
export type Domains = Readonly<Record<string, Domain>>

/** The parameters that domains describe. */
export type ParametersOf<D extends Domains> = { readonly [N in keyof D]: ValueOf<D[N]> }

/** One of these words; the first is usual. */
export const oneOf = <const W extends string>(meaning: string, values: readonly [W, ...W[]]): OneOf<W> => ({
  type: 'one-of',
  values,
  usual: values[0],
  meaning,
})

/** A whole number from `min` to `max`, both included; drawn from there unless `drawn` says where. */
export const wholeNumber = (
  meaning: string,
  given: Bounds & { readonly usual: number; readonly drawn?: Bounds },
): WholeNumber => ({
  type: 'whole-number',
  min: given.min,
  max: given.max,
  usual: given.usual,
  drawn: given.drawn ?? { min: given.min, max: given.max },
  meaning,
})

/** A whole number, or this word. */
export const numberOr = <const W extends string>(word: W, number: WholeNumber): NumberOrWord<W> => ({
  type: 'number-or-word',
  word,
  number,
  usual: number.usual,
  meaning: number.meaning,
})

/** True or false; usually false. */
export const truth = (meaning: string): Truth => ({ type: 'truth', usual: false, meaning })

/** The id of a step; usually the fault chooses. */
export const stepName = (meaning: string, among: Among = null): StepName => ({
  type: 'step',
  usual: '',
  among,
  meaning,
})

/** A moment of a run; usually before its first step. Drawn in and around steps with one of these traits. */
export const momentName = (meaning: string, among: Among = null): MomentName => ({
  type: 'moment',
  usual: 'start',
  among,
  meaning,
})

/** A moment of a run in or around steps with one of these traits; usually the fault chooses. */
export const chosenMoment = (meaning: string, among: readonly Trait[]): MomentName => ({
  type: 'moment',
  usual: '',
  among,
  meaning,
})
