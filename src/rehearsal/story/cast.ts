/** Somebody in the story, and what the story has seen of them. */
export interface Player {
  given: string;
  family: string;
  mail: string;
  /** Under which Zoom has them; a rename in the directory does not change it. */
  zoomMail: string;
  department: string;
  /** How the story ends for them. */
  end: 'holds' | 'left';
  /** Every key of theirs that look-up has shown, the newest last. */
  keys: string[];
  /** As long as Zoom has, or had, such a user. */
  zoomId?: string;
}

export type Cast = ReturnType<typeof createCast>;

export function createCast() {
  return {
    nora: newPlayer('Nora', 'Quist', 'holds'),
    ivo: newPlayer('Ivo', 'Marek', 'holds'),
    priya: newPlayer('Priya', 'Nair', 'left'),
    mina: newPlayer('Mina', 'Okafor', 'holds'),
    jonas: newPlayer('Jonas', 'Weil', 'left'),
    zoe: newPlayer('Zoe', 'Lindqvist', 'left'),
    tomas: newPlayer('Tomas', 'Rey', 'holds'),
    lena: newPlayer('Lena', 'Brandt', 'holds'),
    sam: newPlayer('Sam', 'Ortega', 'holds'),
  };
}

export function nameOf({ given, family }: Player): string {
  return `${given} ${family}`;
}

function newPlayer(given: string, family: string, end: Player['end']): Player {
  const mail = `${given}.${family}@example.com`.toLowerCase();
  return { given, family, mail, zoomMail: mail, department: 'Field Service', end, keys: [] };
}
