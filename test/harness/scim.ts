/** A caller with a token; `body` of the answer is what its JSON says, null when it is empty. A text is sent as it is. */
export async function ask(
  url: string,
  method: string,
  path: string,
  token: string,
  body?: unknown,
): Promise<{ status: number; text: string; body: any }> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: text === '' ? null : JSON.parse(text) };
}

/** A directory's POST of somebody new; `Connection: close`, so that a server that drains need not wait for us. */
export function postUser(url: string, token: string, mail: string): Promise<Response> {
  return fetch(`${url}/scim/v2/Users`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/scim+json',
      connection: 'close',
    },
    body: userBody(mail),
  });
}

export function userBody(mail: string): string {
  return JSON.stringify({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: mail,
    active: true,
    emails: [{ value: mail, primary: true }],
  });
}
