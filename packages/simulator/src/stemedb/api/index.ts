export {
  API_BODY_BYTES_MAX,
  type ApiOptions,
  type ApiRequest,
  type ApiResponse,
  refusal,
  StemedbApi,
} from './api.ts'
