// Whether a port can be had, asked before anything is started, so that a taken one is told in one line.
import { createServer } from 'node:net';
import { DevFailure } from './failure.ts';

export interface WantedPort {
  port: number;
  /** Completes "Port 8400 for …". */
  purpose: string;
  /** The option that chooses another, and its value now: the port itself, or the one that it follows. */
  option: string;
  value: number;
}

type Answer = 'free' | 'taken' | 'forbidden';

export function askPort(port: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('taken');
      else if (error.code === 'EACCES') resolve('forbidden');
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve('free')));
  });
}

/** @throws DevFailure naming every port that can't be had. */
export async function requirePorts(wanted: readonly WantedPort[]): Promise<void> {
  const problems: string[] = [];
  for (const { port, purpose, option, value } of wanted) {
    const answer = await askPort(port);
    const choose = `npm start -- ${option} ${value < 64_000 ? value + 100 : value - 100}`;
    if (answer === 'taken')
      problems.push(
        `Port ${port} for ${purpose} is taken by another program. Stop that program, or choose another port: ${choose}`,
      );
    if (answer === 'forbidden')
      problems.push(
        `Port ${port} for ${purpose} may not be used by this account. Choose one above 1023: npm start -- ${option} 8400`,
      );
  }
  if (problems.length > 0) throw new DevFailure(problems.join('\n'));
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('the server listens on no port'));
        else resolve(address.port);
      });
    });
  });
}
