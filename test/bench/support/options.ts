// The options that both benchmarks take.
import { Command, InvalidArgumentError } from 'commander';

export interface BenchOptions {
  seconds: number;
  rounds: number;
  connections: number;
  /** Names of the rows to measure; empty means all. */
  only: string[];
  json: boolean;
}

export const wholeNumber = (least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) {
    throw new InvalidArgumentError(`must be a whole number, ${least} or more.`);
  }
  return value;
};

/** A command with the common options; names of `--only` are parts of rows' names, separated by commas. */
export function benchCommand(name: string, description: string, seconds: number): Command {
  return new Command(name)
    .description(description)
    .option('--seconds <n>', 'length of a round', wholeNumber(1), seconds)
    .option('--rounds <n>', 'rounds of each contender, in turns', wholeNumber(1), 3)
    .option('--connections <n>', 'keep-alive connections', wholeNumber(1), 16)
    .option('--only <names>', 'measure only these rows', (text) => text.split(',').map((part) => part.trim()), [])
    .option('--json', 'print the result as JSON', false);
}

/** Whether `--only` names this row. */
export const isChosen = ({ only }: Pick<BenchOptions, 'only'>, row: string): boolean =>
  only.length === 0 || only.some((part) => row.toLowerCase().includes(part.toLowerCase()));
