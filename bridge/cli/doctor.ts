import { Command } from 'commander';
import type { Shell } from './context.ts';
export const doctorCommand = (_shell: Shell): Command => new Command('doctor').description('check each link');
