export { AnswerAtHand, type ApiResponse } from './answer.ts'
export {
  API_BODY_BYTES_MAX,
  type ApiOptions,
  type ApiRequest,
  refusal,
  StemedbApi,
} from './api.ts'
