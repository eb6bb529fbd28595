import * as z from 'zod';

/** The pages' content security policy forbids eval; zod then must not try to compile its schemas. Imported before any schema is made. */
z.config({ jitless: true });
