// Where the passwords are checked of users whose directory is pulled from elsewhere. The bridge has none of them.
import type { PasswordVerdict } from '../contracts.ts';

export interface PasswordSource {
  /** Whether the source takes the password for the user's. Never rejects because of the source. */
  checkPassword(
    directoryId: string,
    userId: string,
    password: string,
  ): Promise<Omit<PasswordVerdict, 'version' | 'enabled'>>;
}
