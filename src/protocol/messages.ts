import * as z from 'zod';
import { runConfigurationSchema, tuningSchema } from './configuration';
import { deviceProfileSchema } from './device-profile';
import { inspectionResultSchema } from './inspection';
import { measurementFileSchema, measurementRowSchema } from './measurements';
import { measuringProgressSchema, measuringSchema } from './measuring';
import { numberedRecordSchema } from './records';
import { runSummarySchema } from './runs';

/** The backend's JSON-RPC 2.0 methods and notifications. Both sides check what they receive against these schemas. */

/** Raised when a message changes in a way that an older side would misread. */
export const protocolVersion = 1;

/** Longest message that either side accepts, in bytes. */
export const maximumMessageBytes = 8 * 1024 * 1024;

const runId = z.strictObject({ runId: z.string().min(1) });
const sessionId = z.strictObject({ sessionId: z.string().min(1) });
const nothing = z.strictObject({});

export const methods = {
  /** First request on every connection; anything else before it closes the socket. */
  authenticate: {
    parameters: z.strictObject({ token: z.string(), protocolVersion: z.int(), client: z.enum(['extension', 'dashboard', 'test']) }),
    result: z.strictObject({ version: z.string(), workspace: z.string(), pid: z.int() }),
  },
  inspect: {
    parameters: z.strictObject({
      /** Absolute path. */
      file: z.string().min(1),
      /** The editor's text; absent, the file on disk is inspected. */
      text: z.string().optional(),
      /** Height, width, channels; for models that leave it open. */
      inputShape: z.array(z.int().min(1)).min(1).max(4).optional(),
      /** Interpreter for a Python file; absent, python3 or python on the PATH. */
      python: z.string().min(1).optional(),
    }),
    result: inspectionResultSchema,
  },
  'runs/list': { parameters: nothing, result: z.array(runSummarySchema) },
  'runs/start': { parameters: z.strictObject({ configuration: runConfigurationSchema }), result: runId },
  /** The device profile that the run's energies rest on, as it was when the run was made. */
  'runs/deviceProfile': { parameters: runId, result: deviceProfileSchema },
  /** Stops after the present iteration, with a checkpoint. */
  'runs/stop': { parameters: runId, result: nothing },
  'runs/resume': { parameters: runId, result: nothing },
  'runs/tune': { parameters: z.strictObject({ runId: z.string().min(1), tuning: tuningSchema }), result: nothing },
  'runs/delete': { parameters: runId, result: nothing },
  /** Sends all records after the given sequence number, then every new one, as `runs/records`. 0 asks for the whole run. */
  'runs/subscribe': {
    parameters: z.strictObject({ runId: z.string().min(1), after: z.int().min(0) }),
    result: z.strictObject({ summary: runSummarySchema }),
  },
  'runs/unsubscribe': { parameters: runId, result: nothing },
  /** All measurements of the workspace, newest first. */
  'measurements/list': { parameters: nothing, result: z.array(measurementFileSchema) },
  /** Measures a model's layers on a board; one session at a time. How it goes comes as `measurements/progress`, `row` and `ended`. */
  'measurements/start': { parameters: z.strictObject({ measuring: measuringSchema }), result: sessionId },
  /** Ends the session after what runs on the board was ended; what was measured is kept. */
  'measurements/cancel': { parameters: sessionId, result: nothing },
  /** Boards that the workspace names in `.e2train/boards.json`. */
  'boards/list': {
    parameters: nothing,
    result: z.array(z.strictObject({ name: z.string(), address: z.string(), workload: z.string().optional() })),
  },
  /** What this machine computes with; for diagnostics and for the savers view. */
  environment: {
    parameters: nothing,
    result: z.strictObject({
      version: z.string(),
      node: z.string(),
      cores: z.int(),
      engines: z.array(z.strictObject({ name: z.string(), available: z.boolean(), detail: z.string() })),
      protocolVersion: z.int(),
    }),
  },
} as const;
export type Methods = typeof methods;
export type MethodName = keyof Methods;
export type MethodParameters<M extends MethodName> = z.infer<Methods[M]['parameters']>;
export type MethodResult<M extends MethodName> = z.infer<Methods[M]['result']>;

export const notifications = {
  'runs/records': z.strictObject({
    runId: z.string(),
    records: z.array(numberedRecordSchema),
    /** True when chart points were left out for a slow reader; the next records carry on. */
    thinned: z.boolean(),
  }),
  /** A run came, changed its state or its figures. */
  'runs/changed': z.strictObject({ summary: runSummarySchema }),
  'runs/deleted': runId,
  'measurements/progress': sessionId.extend(measuringProgressSchema.shape),
  /** One more figure, or why there is none; it is on disk already. */
  'measurements/row': sessionId.extend({ row: measurementRowSchema }),
  /** Files of measurements came, changed or went: `measurements/list` has them. */
  'measurements/changed': nothing,
  /** The session is over. `failed` kept nothing; else the measurement has that id, and `partial` says why it is not all. */
  'measurements/ended': sessionId.extend({
    state: z.enum(['complete', 'partial', 'failed']),
    measurementId: z.string().optional(),
    reason: z.string().optional(),
  }),
} as const;
export type Notifications = typeof notifications;
export type NotificationName = keyof Notifications;
export type NotificationParameters<N extends NotificationName> = z.infer<Notifications[N]>;

/** JSON-RPC 2.0 error codes: the standard's own, then ours. `message` is always a sentence for a person. */
export const errorCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParameters: -32602,
  internalError: -32603,
  /** The request was understood and cannot be done: the message says why and what to do. */
  refused: -32000,
  unauthorized: -32001,
  tooLarge: -32002,
} as const;

/** WebSocket close codes of the backend; 1009 (message too big) is WebSocket's own. */
export const closeCodes = {
  /** No `authenticate` in time, something else before it, or a wrong token. */
  unauthorized: 4401,
  /** The client speaks another protocol version: its window must be reloaded. */
  otherProtocol: 4426,
} as const;

/** First message of the backend to its parent over IPC, once it listens. */
export const backendReadySchema = z.strictObject({
  type: z.literal('ready'),
  port: z.int().min(1).max(65535),
  token: z.string().min(32),
  pid: z.int(),
  protocolVersion: z.int(),
});
export type BackendReady = z.infer<typeof backendReadySchema>;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A line for the person's log. */
export const backendLogSchema = z.strictObject({ type: z.literal('log'), level: z.enum(logLevels), message: z.string() });

/** The backend cannot serve and is about to exit; the message is one sentence for a person. */
export const backendFailedSchema = z.strictObject({ type: z.literal('failed'), message: z.string() });

/** All that the backend says to its parent over IPC. The parent says nothing: it closes the channel to end the backend. */
export const backendMessageSchema = z.discriminatedUnion('type', [backendReadySchema, backendLogSchema, backendFailedSchema]);
export type BackendMessage = z.infer<typeof backendMessageSchema>;
