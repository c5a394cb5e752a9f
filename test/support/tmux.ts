import { execFileSync } from 'node:child_process';

/** A real terminal with a program in it. */
export interface Terminal {
  /** Presses keys as tmux names them (`Down`, `Enter`, `C-c`), or types text. */
  press(...keys: readonly string[]): void;
  /** Waits until the screen, as it is, shows something. @returns the screen */
  until(shown: RegExp): Promise<string>;
  close(): void;
}

let terminals = 0;

/** Opens a terminal of 100 by 50 and runs a command of the shell in it. */
export const openTerminal = (
  command: string,
  {
    directory,
    environment,
  }: { readonly directory: string; readonly environment: Readonly<Record<string, string>> },
): Terminal => {
  terminals += 1;
  // A server of its own, so that nobody else's sessions are touched.
  const socket = `ami-publisher-${process.pid}-${terminals}`;
  const tmux = (...words: string[]): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...words], { encoding: 'utf8' });
  const variables = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const size = ['-x', '100', '-y', '50'];
  tmux(
    'new-session',
    '-d',
    '-s',
    'menu',
    ...size,
    '-c',
    directory,
    ...variables,
    `${command}; echo "ended $?"; cat`,
  );
  const screen = (): string => tmux('capture-pane', '-p', '-t', 'menu');
  return {
    press: (...keys) => {
      for (const key of keys) tmux('send-keys', '-t', 'menu', key);
    },
    until: async (shown) => {
      for (const end = Date.now() + 20_000; Date.now() < end; ) {
        const text = screen();
        if (shown.test(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`the terminal did not show ${shown}, but:\n${screen()}`);
    },
    close: () => {
      tmux('kill-server');
    },
  };
};
