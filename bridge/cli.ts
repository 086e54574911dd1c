#!/usr/bin/env node
// The command line. Everything is in cli/; this file only hands over what belongs to the process.
import { runCli } from './cli/program.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
});
