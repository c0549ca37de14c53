/** Thrown by the parsers of settings. The message says what is wrong with the value, and never repeats it. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';
}

export interface ConfigProblem {
  /** The name in the environment. */
  readonly name: string;
  /** What is wrong, without the value. */
  readonly reason: string;
}

/** All that is wrong with the environment, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      ['the settings cannot be used:', ...problems.map(({ name, reason }) => `  ${name}: ${reason}`)].join(
        '\n',
      ),
    );
  }
}
