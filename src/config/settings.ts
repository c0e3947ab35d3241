import type { Severity } from '../review/finding.ts'
import type { LogLevel } from '../telemetry/logger.ts'
import { modelName, modelNames } from './model-name.ts'
import { privateKey } from './private-key.ts'
import { defaulted, optional, type Setting } from './setting.ts'
import { spendingSettings as spending } from './spending-settings.ts'
import {
  decimal,
  duration,
  flag,
  httpUrl,
  integer,
  limit,
  list,
  matching,
  oneOf,
  password,
  serviceUrl,
  size,
  text,
} from './value-types.ts'

/*
 * Every setting there is. The reader of the environment, `docs/configuration.md` and `.env.example` are all made of this table.
 */

const github = {
  GITHUB_TOKEN: optional(text('a token of the account that shall write the reviews'), {
    secret: true,
    example: 'github_pat_…',
    whenUnset: 'the GitHub App is used',
    meaning:
      'The quick way in: a fine-grained token with read access to contents and write access to pull requests. ' +
      'Check runs need a GitHub App. Set either this or the App, not both.',
  }),
  GITHUB_APP_ID: optional(integer(1, 999_999_999_999), {
    example: '123456',
    whenUnset: 'the token is used',
    meaning: 'The number of the GitHub App, as its settings page shows it. Goes with `GITHUB_PRIVATE_KEY`.',
  }),
  GITHUB_PRIVATE_KEY: optional(privateKey, {
    secret: true,
    example: '/etc/lorgnette/app.pem',
    whenUnset: 'the token is used',
    meaning: String.raw`The private key of the GitHub App: PEM text (line ends may be written as \n), its base64, or the path of its file.`,
  }),
  GITHUB_WEBHOOK_SECRET: optional(list, {
    secret: true,
    example: 'the output of: openssl rand -hex 32',
    whenUnset: 'unsigned deliveries are accepted, but only while `HOST` is loopback',
    meaning:
      'The secret that GitHub signs deliveries with. Several with commas between them are all accepted, so that a secret ' +
      'can be changed without refusing a delivery: add the new one here, change it on GitHub, then remove the old one.',
  }),
  GITHUB_API_URL: defaulted<string>(
    httpUrl('`https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server'),
    'https://api.github.com',
    'Where the REST API of GitHub is. For an Enterprise Server `https://HOST/api/v3`.',
  ),
  GITHUB_WRITES_PER_MINUTE: defaulted<number>(
    limit(3, 10_000),
    '80',
    'Reviews, comments and check runs that one installation writes in any minute, by all processes that share a Redis or a ' +
      'PostgreSQL; a review takes two or three. The default is what github.com allows. An Enterprise Server has no such ' +
      'limit unless its administrator sets one: `off`.',
  ),
  GITHUB_WRITES_PER_HOUR: defaulted<number>(
    limit(3, 100_000),
    '500',
    'The same in any hour. At least `GITHUB_WRITES_PER_MINUTE`, where that is not `off`.',
  ),
}

const model = {
  OPENAI_API_KEY: optional(text('a key of the OpenAI API'), {
    secret: true,
    example: 'sk-…',
    whenUnset: 'no model of OpenAI is asked',
    meaning: 'The key for models of OpenAI, and for an `openai-compatible` server that wants one.',
  }),
  ANTHROPIC_API_KEY: optional(text('a key of the Anthropic API'), {
    secret: true,
    example: 'sk-ant-…',
    whenUnset: 'no model of Anthropic is asked',
    meaning: 'The key for models of Anthropic.',
  }),
  LLM_MODEL: optional(modelName, {
    example: 'anthropic/claude-sonnet-5-5',
    whenUnset:
      '`openai/gpt-5.6` or `anthropic/claude-sonnet-5-5`, whichever has a key; without a key the built-in analysers review alone',
    meaning:
      'The model that reads changes, as `provider/model`. Needed when the keys of both providers are set.',
  }),
  LLM_BASE_URL: optional(httpUrl('the address of the API, such as `http://127.0.0.1:11434/v1`'), {
    example: 'http://127.0.0.1:11434/v1',
    whenUnset: "the provider's own address",
    meaning: 'Where the model is: a proxy, or an `openai-compatible` server (Ollama, vLLM).',
  }),
  LLM_FALLBACK_MODELS: optional(modelNames, {
    example: 'openai/gpt-5.6,openai-compatible/qwen3-coder',
    whenUnset: 'while `LLM_MODEL` is out, runs wait for it',
    meaning:
      'Models that are asked, in this order, while those before them are out, limited, or refused to us. Each run says ' +
      'which of them answered.',
  }),
  LLM_FALLBACK_BASE_URL: optional(httpUrl('the address of the API, such as `http://127.0.0.1:11434/v1`'), {
    example: 'http://127.0.0.1:11434/v1',
    whenUnset: 'models of the same provider as `LLM_MODEL` are where that is, others at their own address',
    meaning: 'Where the `openai-compatible` models of `LLM_FALLBACK_MODELS` are.',
  }),
  LLM_TIMEOUT: defaulted<number>(
    duration('1s', '1h'),
    '3m',
    'How long one question to the model may take before it counts as failed and is tried again.',
  ),
  LLM_CONCURRENCY: defaulted<number>(
    integer(1, 200),
    '8',
    'Questions to the model that one process has under way at once, whatever the number of runs. Models of the same ' +
      'provider at the same address share them.',
  ),
  LLM_REQUESTS_PER_MINUTE: optional(integer(1, 1_000_000), {
    example: '500',
    whenUnset: 'only what the provider tells of its limits is obeyed',
    meaning:
      'Questions that the account may ask in any minute. All processes that share a Redis or a PostgreSQL keep it together.',
  }),
  LLM_TOKENS_PER_MINUTE: optional(integer(1_000, 1_000_000_000), {
    example: '400000',
    whenUnset: 'only what the provider tells of its limits is obeyed',
    meaning:
      'Tokens of questions and answers that the account may use in any minute, kept together in the same way.',
  }),
  LLM_FOLLOWS_SCHEMA: defaulted<boolean>(
    flag,
    'false',
    'Whether an `openai-compatible` server follows a JSON Schema (vLLM and LM Studio do). Others get it in words.',
  ),
}

const cache = {
  CACHE: defaulted<boolean>(
    flag,
    'true',
    'Whether answers of the model are kept, so that the same question is never paid twice: not after a rebase, a force-push, ' +
      'or in a second pull request with the same change. They are kept in Redis where there is one, else in the store.',
  ),
  CACHE_SCOPE: defaulted<'installation' | 'shared'>(
    oneOf(['installation', 'shared']),
    'installation',
    'Whose answers are used for whom. `installation`: each installation of the App has its own, so that nobody can find out ' +
      "what another one's code is. `shared`: all have them in common; for a server with one owner.",
  ),
  CACHE_TTL: defaulted<number>(duration('1m', '8760h'), '168h', 'How long an answer is kept.'),
}

const store = {
  DATABASE_URL: optional(
    serviceUrl(['postgres:', 'postgresql:'], '`postgres://user:password@host:5432/database`'),
    {
      secret: true,
      example: 'postgres://lorgnette:password@127.0.0.1:5432/lorgnette',
      whenUnset: 'PostgreSQL is embedded, in `DATA_DIR`',
      meaning: 'A PostgreSQL server, 15 or newer. Needed as soon as more than one process shares the work.',
    },
  ),
  POSTGRES_POOL_SIZE: defaulted<number>(
    integer(2, 200),
    '10',
    'Connections that one process opens to `DATABASE_URL` at most.',
  ),
  DATA_DIR: optional(text('the path of a folder'), {
    example: '/var/lib/lorgnette',
    whenUnset: '`$XDG_DATA_HOME/lorgnette`, that is `~/.local/share/lorgnette`',
    meaning:
      'The folder of the embedded database, for one process at a time, and of snapshots of reviewed repositories. With ' +
      '`DATABASE_URL` it holds the snapshots alone.',
  }),
  REDIS_URL: optional(serviceUrl(['redis:', 'rediss:'], '`redis://host:6379`'), {
    secret: true,
    example: 'redis://127.0.0.1:6379',
    whenUnset: 'the queue is in PostgreSQL',
    meaning:
      'A Redis server, 7 or newer, that carries the queue. Needs `DATABASE_URL`, where the truth stays: losing Redis loses no work. One address, looked up again with every connection: behind Sentinel one that leads to the primary (a service name, a proxy), in a Cluster that of the node with the hash tag `{lorgnette}`.',
  }),
}

const server = {
  HOST: defaulted<string>(
    matching(/^[A-Za-z0-9.:_-]+$|^\[[0-9A-Fa-f:.]+\]$/, 'is not a host', 'an IP address or a host name'),
    '127.0.0.1',
    'The address to listen on. Anything but loopback needs `GITHUB_WEBHOOK_SECRET`.',
  ),
  PORT: defaulted<number>(integer(0, 65_535), '3000', 'The port to listen on; 0 takes any free one.'),
  WORKER_PORT: optional(integer(0, 65_535), {
    example: '3001',
    whenUnset: '`lorgnette work` listens nowhere',
    meaning:
      'The port on `HOST` where a process of `lorgnette work` tells its health and its metrics; 0 takes any free one.',
  }),
  DASHBOARD_PASSWORD: optional(password(12), {
    secret: true,
    example: 'at least twelve characters',
    whenUnset: 'the pages answer on loopback only',
    meaning: 'The password of the pages about runs.',
  }),
  PUBLIC_URL: optional(httpUrl('the address of the pages, such as https://reviews.example.com'), {
    example: 'https://reviews.example.com',
    whenUnset: 'checks on pull requests link to no page',
    meaning:
      'Where people reach the pages: each check on a pull request links to the page of its run. Workers need it.',
  }),
  SHUTDOWN_GRACE: defaulted<number>(
    duration('0s', '1h'),
    '30s',
    'How long work under way may take to finish after SIGTERM or SIGINT, before it is handed back to the queue.',
  ),
  LOG_LEVEL: defaulted<LogLevel>(
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'info',
    'The least important lines that are logged.',
  ),
}

const work = {
  WORKER_CONCURRENCY: defaulted<number>(integer(1, 100), '5', 'Runs that one process drives at once.'),
  REPOSITORY_RUNS: optional(integer(1, 10_000), {
    example: '20',
    whenUnset: 'four times `WORKER_CONCURRENCY`',
    meaning:
      'Runs of one repository that are in the queue or under way at once, in all processes together: what is beyond waits, ' +
      'so that other repositories come to their turn. At least as many as all processes drive at once, where one repository may ' +
      'use them all.',
  }),
  RECONCILE_INTERVAL: defaulted<number>(
    duration('1s', '1h'),
    '30s',
    'How often what is owed is compared with what is queued: a run that the queue lost comes back that soon.',
  ),
  CATCH_UP_INTERVAL: defaulted<number>(
    duration('1s', '168h'),
    '15m',
    'How often the open pull requests of each repository are listed on GitHub, for pushes that no delivery told of. That ' +
      'takes one call or two each; where there are many repositories it takes longer.',
  ),
  CATCH_UP_MAX_AGE: defaulted<number>(
    duration('1m', '8760h'),
    '168h',
    'What changed on GitHub longer ago than this is not looked for there.',
  ),
  REVIEW_DRAFTS: defaulted<boolean>(flag, 'false', 'Whether draft pull requests are reviewed.'),
  IGNORE_BOTS: defaulted<boolean>(flag, 'true', 'Whether pull requests that bots opened are left alone.'),
  IGNORE_LABELS: optional(list, {
    example: 'no-review,wip',
    whenUnset: 'no label keeps a review away',
    meaning:
      'Pull requests with one of these labels are left alone. Commas between them; case does not matter.',
  }),
}

const review = {
  REVIEW_EFFORT: defaulted<'quick' | 'standard' | 'deep'>(
    oneOf(['quick', 'standard', 'deep']),
    'standard',
    'How thorough a review is. `quick` asks once; `standard` has a second look at everything that was found, told to ' +
      'refute it; `deep` reads the change as a whole, too, and may look into all files of the head for it.',
  ),
  REVIEW_MAX_COMMENTS: defaulted<number>(
    integer(1, 30),
    '8',
    'Inline comments of one review at most. What is beyond goes into the summary.',
  ),
  REVIEW_MIN_SEVERITY: defaulted<Severity>(
    oneOf(['critical', 'high', 'medium', 'low']),
    'low',
    'Findings that are less severe than this are dropped. A low one is said only when a comparison with all others finds it worth it.',
  ),
  REVIEW_MIN_CONFIDENCE: defaulted<number>(
    decimal(0, 1),
    '0.5',
    'Findings that are less certain than this are dropped.',
  ),
  REVIEW_UNIT_TOKENS: defaulted<number>(
    integer(100, 12_000),
    '150',
    'No question shows less of a file than this (estimated tokens), unless less was changed; larger changes are divided ' +
      'where their code is. Smaller questions save more when something is pushed again, larger ones show more at once.',
  ),
  REVIEW_RUN_TOKENS: defaulted<number>(
    integer(1_000, 100_000_000),
    '400000',
    'Estimated tokens of the first questions of one run, their rules included; second looks come on top. What is beyond is ' +
      'not read, and the review names it.',
  ),
  REVIEW_DEEP_QUESTIONS: defaulted<number>(
    integer(1, 20),
    '6',
    'With `deep`: questions about the change as a whole at most. Each but the last may look something up.',
  ),
  REVIEW_DEEP_TOKENS: defaulted<number>(
    integer(5_000, 10_000_000),
    '120000',
    'With `deep`: estimated tokens of all questions about the change as a whole together.',
  ),
  REVIEW_MAX_FILE_SIZE: defaulted<number>(
    size('1kB', '10MB'),
    '400kB',
    'A file with more changed bytes than this is skipped, and the review says so.',
  ),
  HEAD_TREE_CACHE_SIZE: defaulted<number>(
    size('0B', '1000000MB'),
    '2000MB',
    'How much room snapshots of reviewed repositories take in `DATA_DIR`; one may bring a quarter of it. They show a ' +
      'model the code around a change. With `0B` there are none, and reviews see the changed files alone.',
  ),
  REVIEW_UNIT_CONCURRENCY: defaulted<number>(
    integer(1, 32),
    '4',
    'Questions of one run that are under way at once.',
  ),
}

const evaluation = {
  EVAL_JUDGE_MODEL: optional(modelName, {
    example: 'openai/gpt-5.6',
    whenUnset: 'the model that reviews judges itself',
    meaning:
      'The model that compares comments with known findings in `lorgnette eval`. Better another one than the reviewer.',
  }),
  EVAL_JUDGE_BASE_URL: optional(httpUrl('the address of the API, such as `http://127.0.0.1:11434/v1`'), {
    example: 'http://127.0.0.1:11434/v1',
    whenUnset: "`LLM_BASE_URL` for a judge of the same provider, else the provider's own address",
    meaning: 'Where the judge is.',
  }),
  EVAL_JUDGE_API_KEY: optional(text('a key of the API of the judge'), {
    secret: true,
    example: 'sk-…',
    whenUnset: "the key of the judge's provider",
    meaning: 'The key for the judge, where it is another one than that of its provider.',
  }),
}

/** The settings by topic, in the order of the documentation. */
export const settingGroups: Readonly<Record<string, Readonly<Record<string, Setting<unknown>>>>> = {
  GitHub: github,
  'The language model': model,
  'Kept answers': cache,
  'What may be spent': spending,
  Storage: store,
  Server: server,
  'What is worked on': work,
  Reviews: review,
  Evaluation: evaluation,
}

export const settings = {
  ...github,
  ...model,
  ...cache,
  ...spending,
  ...store,
  ...server,
  ...work,
  ...review,
  ...evaluation,
}

export type SettingName = keyof typeof settings

/** The value of every setting, each as its type reads it. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value> ? Value : never
}
