import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { deviceProfileSchema } from '../protocol/device-profile';

/** What `contributes.jsonValidation` of package.json names; it lies in the folder of the bundles. */
export const profileSchemaFile = 'device-profile.schema.json';

/** The JSON schema by which editors check and explain `.e2train/profiles/*.json`. Draft 7 is what VS Code knows whole. */
export const profileJsonSchema = () => z.toJSONSchema(deviceProfileSchema, { target: 'draft-7' });

export function writeProfileSchema(folder: string): void {
  writeFileSync(join(folder, profileSchemaFile), `${JSON.stringify(profileJsonSchema())}\n`);
}
