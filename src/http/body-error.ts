const STATUS = {
  BODY_TOO_LARGE: 413,
  BODY_UNSUPPORTED: 415,
  BODY_ABORTED: 400,
  BODY_NOT_JSON: 400,
  BODY_TOO_DEEP: 400,
  BODY_FORBIDDEN_KEY: 400,
  BODY_BAD_TEXT: 400,
} as const;

export type BodyErrorCode = keyof typeof STATUS;

/** A body we do not take. The caller renders it in its own family: ScimError under /scim, else Problem. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly status: (typeof STATUS)[BodyErrorCode];

  /** @param detail for the sender: where it is and what is wrong; never a value of the body */
  constructor(
    readonly code: BodyErrorCode,
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.status = STATUS[code];
  }
}
