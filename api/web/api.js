// Requests to the service this page came from. Errors are its problem documents.

import { login } from "./login.js";
import { encodePath } from "./exports.js";

/** What the service, or the way to it, refused: `message` for people, `hint` what they can do. */
export class Problem extends Error {
  constructor({ detail, title, hint, status = 0, retry_after: retryAfter = null, errors = [] }) {
    super(detail || title || "Something went wrong.");
    this.hint = errors?.length ? errors.map(({ at, problem }) => `${at}: ${problem}`).join("; ") : (hint ?? "");
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** Any error as one of these; what was called off stays what it is. */
  static of(error) {
    if (error instanceof Problem || error.name === "AbortError") return error;
    return new Problem({ detail: "The service cannot be reached.", hint: "Is it running? Try again in a moment." });
  }
}

/**
 * Send a request; the response when all went well, else a Problem. Where a key is needed one is asked for, once, unless
 * it is `aside`: something that the page can do without.
 */
export async function request(path, { method = "GET", json, body, headers = {}, signal, aside = false } = {}) {
  const options = { method, signal, headers: { Accept: "application/json", ...headers } };
  if (json !== undefined) {
    options.body = JSON.stringify(json);
    options.headers["Content-Type"] = "application/json";
  } else if (body !== undefined) options.body = body;
  for (let asked = false; ; asked = true) {
    const response = await fetch(path, options).catch((error) => Promise.reject(Problem.of(error)));
    if (response.ok) return response;
    const problem = new Problem({ status: response.status, ...(await response.json().catch(() => ({}))) });
    if (response.status !== 401 || aside || asked || !(await login(problem.message))) throw problem;
  }
}

/** The same, and its JSON; null where there is none. */
export async function call(path, options) {
  const response = await request(path, options);
  return response.status === 204 ? null : response.json().catch((error) => Promise.reject(Problem.of(error)));
}

/** The address of a paper's resource. */
export function paperPath(id) {
  return `/v1/papers/${encodePath(id)}`;
}

const papers = new Map();
const MOST_REMEMBERED = 200;

/** A paper with its revisions, asked for once. */
export function paper(id) {
  if (!papers.has(id)) {
    if (papers.size >= MOST_REMEMBERED) papers.delete(papers.keys().next().value);
    const asked = call(paperPath(id));
    papers.set(id, asked);
    asked.catch(() => papers.delete(id));
  }
  return papers.get(id);
}

/** Forget what is known of papers; they may have changed. */
export function forgetPapers() {
  papers.clear();
}
