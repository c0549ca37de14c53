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
