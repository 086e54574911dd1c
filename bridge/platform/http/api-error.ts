// The one coded error of the non-SCIM surfaces. Services throw it, platform/http/problem.ts renders it.

export type ApiErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'not_found'
  | 'user_absent'
  | 'group_absent'
  | 'directory_absent'
  | 'federation_absent'
  | 'token_absent'
  | 'schema_absent'
  | 'issuer_absent'
  | 'resource_type_absent'
  | 'move_absent'
  | 'claim_absent'
  | 'undo_plan_absent'
  | 'webhook_absent'
  | 'event_stream_absent'
  | 'target_absent'
  | 'reserved_username_absent'
  | 'directory_disabled'
  | 'conflict'
  | 'cursor_expired'
  | 'too_large'
  | 'too_many_requests'
  | 'unavailable';

const statuses: Record<ApiErrorCode, number> = {
  invalid_request: 400,
  unauthorized: 401,
  not_found: 404,
  user_absent: 404,
  group_absent: 404,
  directory_absent: 404,
  federation_absent: 404,
  token_absent: 404,
  schema_absent: 404,
  issuer_absent: 404,
  resource_type_absent: 404,
  move_absent: 404,
  claim_absent: 404,
  undo_plan_absent: 404,
  webhook_absent: 404,
  event_stream_absent: 404,
  target_absent: 404,
  reserved_username_absent: 404,
  directory_disabled: 409,
  conflict: 409,
  cursor_expired: 410,
  too_large: 413,
  too_many_requests: 429,
  unavailable: 503,
};

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly headers: Record<string, string>;

  /** `detail` is for a person and is sent to the client. */
  constructor(code: ApiErrorCode, detail: string, options: { cause?: unknown; headers?: Record<string, string> } = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.status = statuses[code];
    this.headers = options.headers ?? {};
  }
}
