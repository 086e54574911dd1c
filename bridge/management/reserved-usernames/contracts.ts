// The shapes of a federation's reserved user names in the management API.
import { z } from '@hono/zod-openapi';
import { isStorable } from '../../platform/db/storable.ts';
import { slugParams } from '../contracts.ts';

export const reservedUsernameParams = slugParams.extend({
  username: z.string().openapi({ description: 'Capitals don’t count.' }),
});

export const reservation = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .refine(isStorable, 'must have no NUL character and no half of a surrogate pair')
      .openapi({ description: 'Shown to whoever asks why somebody of this name can’t log in.' }),
  })
  .openapi('Reservation');

export const reservedUsernameShape = z
  .object({ username: z.string().openapi({ description: 'In lower case.' }), reason: z.string() })
  .openapi('ReservedUsername');
