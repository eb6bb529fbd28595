import * as z from 'zod';

/** A board by name: an entry of `.e2train/boards.json`. How ssh reaches it beyond its address stands in the person's own ssh configuration. */
export const boardSchema = z.strictObject({
  /** `user@host`, or a host of the ssh configuration; `local` for this machine. */
  address: z.string().min(1),
  port: z.int().min(1).max(65535).optional(),
  /** Folder before /proc and /sys, for boards whose sensors are seen elsewhere. */
  root: z.string().optional(),
  /** Names of the power rails that are summed, where these are not the usual ones. */
  rails: z.array(z.string().min(1)).min(1).optional(),
  /** Clock of what computes there. */
  clockMHz: z.number().positive().optional(),
  /** The command that runs one layer (`--workload`). */
  workload: z.string().min(1).optional(),
});
export type Board = z.infer<typeof boardSchema>;

export const boardsFileSchema = z.record(z.string().min(1), boardSchema);
