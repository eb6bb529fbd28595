import * as z from 'zod';
import { issuesInWords } from '../protocol/issue-in-words';
import { errorCodes, type MethodName, type MethodParameters, type MethodResult, maximumMessageBytes, methods } from '../protocol/messages';
import { RpcError } from '../protocol/rpc';

/** The answering side of the protocol: text in, checked call, text out. */

/** One function per method; it may throw an RpcError whose sentence goes to the asking side. */
export type Handlers<Context> = {
  [M in MethodName]: (parameters: MethodParameters<M>, context: Context) => MethodResult<M> | Promise<MethodResult<M>>;
};

/** A request whose form is right and whose method exists; parameters are still unchecked. */
export interface Request {
  id: number | string;
  method: MethodName;
  params: unknown;
}

export type Reading = { request: Request } | { ignored: true } | { refusal: string };

const requestFormSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.int(), z.string()]).optional(),
  method: z.string(),
  params: z.unknown().optional(),
});

/** Reads one message. Notifications of a client have no meaning here and, as JSON-RPC asks, no answer. */
export function readRequest(text: string): Reading {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { refusal: errorText(null, errorCodes.parseError, 'The message is not JSON.') };
  }
  if (Array.isArray(message)) {
    return { refusal: errorText(null, errorCodes.invalidRequest, 'Batches are not part of this protocol: send one request per message.') };
  }
  const form = requestFormSchema.safeParse(message);
  if (!form.success) {
    const reason = `The message is not a JSON-RPC 2.0 request: ${issuesInWords(form.error.issues, message)}`;
    return { refusal: errorText(null, errorCodes.invalidRequest, reason) };
  }
  const { id, method, params } = form.data;
  if (id === undefined) return { ignored: true };
  if (!Object.hasOwn(methods, method)) {
    const known = Object.keys(methods).join(', ');
    return { refusal: errorText(id, errorCodes.methodNotFound, `There is no method “${method}”; there are ${known}.`) };
  }
  return { request: { id, method: method as MethodName, params: params ?? {} } };
}

/**
 * Runs a request's handler and gives the answer's text, always one: what a handler throws unexpectedly becomes an internal error and is
 * passed to `onDefect`, and so is a result that breaks its own schema.
 */
export async function answerRequest<Context>(
  { id, method, params }: Request,
  handlers: Handlers<Context>,
  context: Context,
  onDefect: (error: unknown) => void,
): Promise<string> {
  const parameters = methods[method].parameters.safeParse(params);
  if (!parameters.success) {
    return errorText(id, errorCodes.invalidParameters, issuesInWords(parameters.error.issues, params));
  }
  try {
    const handler = handlers[method] as (parameters: unknown, context: Context) => unknown;
    const result: unknown = methods[method].result.parse(await handler(parameters.data, context));
    const text = JSON.stringify({ jsonrpc: '2.0', id, result });
    if (Buffer.byteLength(text) <= maximumMessageBytes) return text;
    return errorText(id, errorCodes.tooLarge, `The answer to “${method}” is larger than ${maximumMessageBytes / 1024 / 1024} MB.`);
  } catch (error) {
    if (error instanceof RpcError) return errorText(id, error.code, error.message);
    onDefect(error);
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    return errorText(id, errorCodes.internalError, `“${method}” failed in the training backend: ${reason}`);
  }
}

/** A refusal: understood, and it cannot be done. The sentence says why and what to do. */
export const refuse = (sentence: string): RpcError => new RpcError(errorCodes.refused, sentence);

/** Refusals of the file system and of models reach the person as the sentence that they carry. */
export function sentenceInstead<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

export function errorText(id: number | string | null, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
}
