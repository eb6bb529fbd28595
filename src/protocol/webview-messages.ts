import * as z from 'zod';
import { runConfigurationSchema, tuningSchema } from './configuration';
import { configurationChangesSchema } from './configuration-changes';
import { deviceProfileSchema, profileCollectionSchema } from './device-profile';
import { layerGraphSchema } from './layer-graph';
import { runSummarySchema } from './runs';

/**
 * Messages between the extension host and its webviews. A webview says `ready` first; the host then sends the present state,
 * and again after each change. Charts' records do not go this way: the dashboard opens its own socket, or asks for the relay.
 */

/** The savers view edits the configuration of the next run, or tunes the live one. */
export const toSaversSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('state'),
    configuration: runConfigurationSchema,
    /** Number of the view's last change that the configuration holds; 0 before the first. */
    lastChange: z.int().min(0),
    /** The network that the estimate is for; absent until one was inspected. */
    graph: layerGraphSchema.optional(),
    /** Names of the networks that can be chosen: built-in ones, and models of open files. */
    models: z.array(z.strictObject({ label: z.string(), model: runConfigurationSchema.shape.model })),
    /** Finished runs, whose weights a run of the same network can begin with: the folder of the model that they left. */
    trainedModels: z.array(z.strictObject({ label: z.string(), folder: z.string(), model: runConfigurationSchema.shape.model })),
    /** A person's own device profiles, beside the built-in ones. */
    ownProfiles: profileCollectionSchema,
    /** The run that sliders tune; absent when none is live. */
    live: runSummarySchema.optional(),
    /** The device profile that the live run began with. */
    liveProfile: deviceProfileSchema.optional(),
    /** One sentence, when the model cannot be estimated. */
    problem: z.string().optional(),
  }),
]);
export type ToSavers = z.infer<typeof toSaversSchema>;

export const fromSaversSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('configure'), number: z.int().min(1), changes: configurationChangesSchema }),
  z.strictObject({ type: z.literal('tune'), runId: z.string(), tuning: tuningSchema }),
  z.strictObject({ type: z.literal('start') }),
  z.strictObject({ type: z.literal('stop'), runId: z.string() }),
  z.strictObject({ type: z.literal('chooseDataDirectory') }),
  z.strictObject({ type: z.literal('openDashboard') }),
]);
export type FromSavers = z.infer<typeof fromSaversSchema>;

export const toDashboardSchema = z.discriminatedUnion('type', [
  /** Where the backend is now; sent first and after every restart of it. */
  z.strictObject({
    type: z.literal('connection'),
    /** `ws:` or `wss:` address for the webview's own socket. Absent beside a token: use the relay only. Both absent: the backend is not running. */
    address: z.string().optional(),
    token: z.string().optional(),
    runs: z.array(runSummarySchema),
    /** The run to show. */
    selected: z.string().optional(),
  }),
  /** Text of the backend for the relayed connection. */
  z.strictObject({ type: z.literal('relay'), text: z.string() }),
  z.strictObject({ type: z.literal('relayClosed') }),
]);
export type ToDashboard = z.infer<typeof toDashboardSchema>;

export const fromDashboardSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  /** Asks the host to open a socket of its own for this webview, since the webview's cannot be opened. */
  z.strictObject({ type: z.literal('openRelay') }),
  z.strictObject({ type: z.literal('relay'), text: z.string() }),
  z.strictObject({ type: z.literal('select'), runId: z.string() }),
  z.strictObject({ type: z.literal('stop'), runId: z.string() }),
  z.strictObject({ type: z.literal('resume'), runId: z.string() }),
  z.strictObject({ type: z.literal('showLog') }),
  z.strictObject({ type: z.literal('export'), fileName: z.string(), text: z.string() }),
]);
export type FromDashboard = z.infer<typeof fromDashboardSchema>;
