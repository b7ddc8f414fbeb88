/**
 * Where the manager's messages go. `console` is one, so is a pino logger. Each is called with one text that begins
 * with the channel's name, `module.playerbot.session`. Nothing is logged on the tick path unless something went wrong.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const LOG_CHANNEL = 'module.playerbot.session';

function nothing(): void {}

const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Warnings and errors to the console, the rest nowhere: what a program gets that says nothing of logging. */
const DEFAULT: Logger = {
  debug: nothing,
  info: nothing,
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

/** What sessions log is there to be read: their messages of level info too, since somebody wrote them for it. */
const DEFAULT_OF_SESSIONS: Logger = { ...DEFAULT, info: (message) => console.info(message) };

/**
 * The logger given, or the default one; `false` is silence. Messages get the channel's name in front. What a logger throws becomes an
 * uncaught exception, as with subscribers of `node:diagnostics_channel`: no tick and no start is left half done for it.
 */
export function channelLogger(logger: Logger | false | undefined): Logger {
  return named(logger, DEFAULT);
}

/** The same for what sessions log. */
export function sessionLogger(logger: Logger | false | undefined): Logger {
  return named(logger, DEFAULT_OF_SESSIONS);
}

function named(logger: Logger | false | undefined, otherwise: Logger): Logger {
  if (logger === false) return SILENT;
  const target = logger ?? otherwise;
  const to = (level: keyof Logger) => (message: string) => {
    try {
      target[level](`${LOG_CHANNEL}: ${message}`);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
  };
  return { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') };
}
