import { getsKey, keepsKey, losesKey, staysWithout } from '../endings.js';
import { play, type Stage } from '../stage.js';

/** Okta: a joiner, a rename, a leaver, a returner. */
export async function playOkta(stage: Stage): Promise<void> {
  const { okta, cast } = stage;
  const { nora, ivo } = cast;
  const joins = 'joins: GET ?filter, POST';
  await play(stage, { who: nora, by: 'Okta', said: joins, say: () => okta.assign(nora), ending: getsKey });
  await play(stage, { who: ivo, by: 'Okta', said: joins, say: () => okta.assign(ivo), ending: getsKey });
  await play(stage, {
    who: nora,
    by: 'Okta',
    said: 'new name, new mail: GET, PUT',
    say() {
      nora.family = 'Berg';
      nora.mail = 'nora.berg@example.com';
      return okta.pushProfile(nora);
    },
    ending: keepsKey,
  });
  await play(stage, {
    who: ivo,
    by: 'Okta',
    said: 'leaves: PATCH active false',
    say: () => okta.unassign(ivo),
    ending: losesKey,
  });
  await play(stage, {
    who: ivo,
    by: 'Okta',
    said: 'back: GET ?filter, GET, PUT',
    say: () => okta.assignAgain(ivo),
    ending: getsKey,
  });
}

/** Entra: joiners, a manager, a transfer, two ways to leave. */
export async function playEntra(stage: Stage): Promise<void> {
  const { entra, cast } = stage;
  const { priya, mina, jonas } = cast;
  for (const who of [priya, mina, jonas]) {
    const said = 'joins: GET ?filter, POST';
    await play(stage, { who, by: 'Entra', said, say: () => entra.assign(who), ending: getsKey });
  }
  await play(stage, {
    who: mina,
    by: 'Entra',
    said: 'gets a manager: PATCH manager',
    say: () => entra.setManager(mina, priya),
    ending: keepsKey,
  });
  await play(stage, {
    who: mina,
    by: 'Entra',
    said: 'transferred: PATCH department',
    say() {
      mina.department = 'Sales';
      return entra.setDepartment(mina);
    },
    ending: getsKey,
  });
  await play(stage, {
    who: jonas,
    by: 'Entra',
    said: 'leaves: PATCH active "False"',
    say: () => entra.disable(jonas),
    ending: losesKey,
  });
  await play(stage, {
    who: jonas,
    by: 'Entra',
    said: 'purged a month later: DELETE',
    say: () => entra.hardDelete(jonas),
    ending: staysWithout,
  });
  await play(stage, {
    who: priya,
    by: 'Entra',
    said: 'purged at once: DELETE',
    say: () => entra.hardDelete(priya),
    ending: losesKey,
  });
}
