// What every command promises, whichever it is.
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';

const nowhere = { write: () => true };
const program = createProgram({ env: {}, cwd: '/', stdout: nowhere, stderr: nowhere });

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
const below = (command: Command): Command[] => command.commands.flatMap((child) => [child, ...below(child)]);

test.each(below(program).map((command) => [pathOf(command), command] as const))(
  '%s says what it does and what it wants',
  (_path, command) => {
    expect(command.description()).not.toBe('');
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('');
    for (const option of command.options) expect(option.description, option.flags).not.toBe('');
    if (command.commands.length === 0) expect(command.options.map(({ long }) => long)).toContain('--json');
  },
);
