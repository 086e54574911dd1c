// The shapes of tokens' and issuers' life in the management API.
import { z } from '@hono/zod-openapi';
import { newIssuer, scopeClaims } from '../../directories/issuers/contracts.ts';
import { createdTokenShape, directoryTokenShape, slugParams } from '../contracts.ts';

const time = z.iso.datetime({ offset: true });

export const issuerParams = slugParams.extend({ issuerId: z.uuid() });

export const rotation = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(90 * 86_400)
    .optional()
    .openapi({ description: 'How long the old token goes on working; a day by default.' }),
  expiresAt: time.optional().openapi({ description: 'Of the new token; by default it lives as long as the old one.' }),
});

export const rotatedTokenShape = createdTokenShape
  .extend({ expiresAt: time.nullable(), previous: directoryTokenShape })
  .openapi('RotatedToken');

export const newIssuerShape = newIssuer;
export const issuerChange = z.strictObject({ enabled: z.boolean() });

export const issuerShape = z
  .object({
    id: z.uuid(),
    issuer: z.string(),
    audience: z.string(),
    jwksUrl: z.string().nullable().openapi({ description: "Null: from the issuer's discovery document." }),
    requiredClaims: z.record(z.string(), z.array(z.string())),
    scopes: z.array(z.enum(['read', 'write'])).optional(),
    scopeClaim: z.enum(scopeClaims).optional(),
    readValue: z.string().optional(),
    writeValue: z.string().optional(),
    enabled: z.boolean(),
    createdAt: time,
    lastUsedAt: time.nullable(),
  })
  .openapi('TrustedIssuer');
