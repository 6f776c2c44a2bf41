export {
  type Among,
  type Bounds,
  chosenMoment,
  type Domain,
  type Domains,
  momentName,
  type NumberOrWord,
  numberOr,
  type OneOf,
  oneOf,
  type ParametersOf,
  type ParameterValue,
  stepName,
  truth,
  type ValueOf,
  type WholeNumber,
  wholeNumber,
} from './domain.ts'
export {
  type DrawContext,
  type DrawnStep,
  drawAll,
  drawFrom,
  drawMomentOf,
  stepsAmong,
} from './draw-domain.ts'
export { readerOf, readerOfAll } from './read-domain.ts'
export { domainText } from './tell-domain.ts'
