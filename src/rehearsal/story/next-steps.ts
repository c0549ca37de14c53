export interface NextStepsOptions {
  url: string;
  adminToken: string;
  lookupToken: string;
  oktaToken: string;
}

/** Somebody who holds a key when the story is over, and somebody whom Zoom does not know. */
const HOLDER = 'nora.berg@example.com';
const STRANGER = 'robin.new@example.com';

/** What to try by hand after the story, to be pasted into a shell. Holds the tokens: only a rehearsal may print it. */
export function nextSteps({ url, adminToken, lookupToken, oktaToken }: NextStepsOptions): string {
  const joiner = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: STRANGER,
    active: true,
  };
  const steps = [
    [
      'A host key, as a room system or a portal asks for it',
      post('/api/host-keys/lookup', lookupToken, { email: HOLDER }),
    ],
    [
      'Another one in its place; then look it up again',
      post('/api/people/rotate', adminToken, { who: HOLDER }),
    ],
    ['A joiner whom Zoom does not know', post('/scim/v2/Users', oktaToken, joiner)],
    ['Whose job therefore waits', get('/api/jobs?state=waiting', adminToken)],
    ['Everything we know of somebody', post('/api/people/show', adminToken, { who: HOLDER })],
  ] as const;
  const lines = steps.flatMap(([what, curl]) => [`# ${what}`, curl, '']);
  return ['', 'Next things to try', '', ...lines].join('\n').trimEnd();

  function get(path: string, token: string): string {
    return `curl -sS '${url}${path}' -H 'Authorization: Bearer ${token}'`;
  }

  function post(path: string, token: string, body: unknown): string {
    const type = path.startsWith('/scim/') ? 'application/scim+json' : 'application/json';
    return `${get(path, token)} \\\n  -H 'Content-Type: ${type}' -d '${JSON.stringify(body)}'`;
  }
}
