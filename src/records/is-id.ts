const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Whether a text, as anybody may send it, can be an id of ours. */
export function isId(text: string): boolean {
  return ID.test(text);
}
