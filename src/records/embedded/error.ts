export type EmbeddedErrorCode =
  | 'EMBEDDED_UNSUPPORTED'
  | 'EMBEDDED_UNUSABLE'
  | 'EMBEDDED_INITDB_FAILED'
  | 'EMBEDDED_START_FAILED'
  | 'EMBEDDED_BUSY';

export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';

  constructor(
    readonly code: EmbeddedErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
