import type { Json } from '../base/json.ts'
import { sumSpent } from '../budget/spent.ts'
import { spentJson } from '../budget/spent-json.ts'
import type { Finding, Verification } from '../review/finding.ts'
import type { Receipt, WholeChangeReceipt } from '../review/receipt.ts'
import type { RecordedRun, RunRecord } from './run-history.ts'

/** A run as the API shows it. Names are part of the API: new ones may come, none changes its meaning or goes. */
export function runJson(run: RecordedRun): Json {
  return {
    id: run.id,
    repository: run.repository,
    pull_request: run.pullRequest,
    title: run.title,
    author: run.author,
    head: run.head,
    base_branch: run.baseBranch,
    state: run.state,
    reason: run.reason,
    attempt: run.attempt,
    created_at: run.createdAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    ended_at: run.endedAt?.toISOString() ?? null,
    findings: run.findings ?? null,
  }
}

/** Everything that is known of one run, as the API shows it. */
export function runRecordJson(record: RunRecord): Json {
  return {
    run: runJson(record.run),
    timeline: record.timeline.map(({ step, detail, attempt, at }) => ({
      step,
      detail,
      attempt,
      at: at.toISOString(),
    })),
    receipt: record.receipt ? receiptJson(record.receipt) : null,
    findings: record.findings.map(findingJson),
    comments: record.comments.map(({ findingId, path, line, body, githubId, postedAt }) => ({
      finding_id: findingId,
      path,
      line: line ?? null,
      body,
      github_id: githubId ?? null,
      posted_at: postedAt.toISOString(),
    })),
    spending: spentJson(sumSpent(record.calls)),
    calls: record.calls.map(
      ({ purpose, unit, model, usage, source, cache, cost, latencyMs, outcome, detail, attempt, at }) => ({
        purpose,
        unit,
        model,
        input_tokens: usage.inputTokens,
        cached_input_tokens: usage.cachedInputTokens,
        output_tokens: usage.outputTokens,
        latency_ms: latencyMs,
        outcome,
        detail,
        source,
        cache_lookup: cache?.lookup ?? null,
        cache_key: cache?.key ?? null,
        cost_micro_dollars: cost ?? null,
        attempt,
        at: at.toISOString(),
      }),
    ),
    deliveries: record.deliveries.map(({ id, name, action, decision, reason, receivedAt }) => ({
      id,
      event: name,
      action,
      decision,
      reason,
      received_at: receivedAt.toISOString(),
    })),
  }
}

function receiptJson({
  outcome,
  reason,
  reader,
  hunks,
  files,
  findings,
  wholeChange,
  notes = [],
}: Receipt): Json {
  return {
    outcome,
    reason: reason ?? null,
    reader: { model: reader.model ?? null, analysers: reader.analysers },
    hunks: hunksJson(hunks),
    files: files.map((file) => ({
      path: file.path,
      hunks: hunksJson(file.hunks),
      reason: file.reason ?? null,
    })),
    findings,
    whole_change: wholeChange ? wholeChangeJson(wholeChange) : null,
    notes,
  }
}

function wholeChangeJson({ outcome, reason, questions, toolCalls, notShown }: WholeChangeReceipt): Json {
  return { outcome, reason: reason ?? null, questions, tool_calls: toolCalls, not_shown: notShown }
}

function hunksJson(hunks: Partial<Receipt['hunks']>): Json {
  return {
    read: hunks.read ?? 0,
    from_cache: hunks['from-cache'] ?? 0,
    skipped: hunks.skipped ?? 0,
    over_budget: hunks['over-budget'] ?? 0,
    failed: hunks.failed ?? 0,
  }
}

function findingJson(finding: Finding): Json {
  const { source, anchor, verdict } = finding
  return {
    id: finding.id,
    source:
      source.kind === 'model'
        ? { kind: source.kind, model: source.model, pass: source.pass ?? null }
        : { kind: source.kind, analyser: source.analyser, rule: source.rule },
    path: finding.path,
    side: anchor?.side ?? null,
    start_line: anchor?.startLine ?? null,
    line: anchor?.endLine ?? null,
    severity: finding.severity,
    category: finding.category,
    title: finding.title,
    explanation: finding.explanation,
    evidence: finding.evidence,
    replacement: finding.replacement ?? null,
    confidence: finding.confidence,
    verdict: verdict.kind,
    place: verdict.kind === 'posted' ? verdict.place : null,
    merged_into: verdict.kind === 'merged' ? verdict.into : null,
    drop_reason: verdict.kind === 'dropped' ? verdict.reason : null,
    drop_detail: verdict.kind === 'dropped' ? verdict.detail : null,
    fingerprint: finding.fingerprint,
    worth: finding.worth ?? null,
    second_look: finding.verification ? secondLookJson(finding.verification) : null,
  }
}

function secondLookJson({ verdict, reason, model, certainty, claimed }: Verification): Json {
  return {
    verdict,
    reason,
    model: model ?? null,
    certainty: certainty ?? null,
    claimed_severity: claimed,
  }
}
