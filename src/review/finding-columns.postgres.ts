import type { SqlValue } from '../postgres/database.ts'
import { storableText } from '../postgres/storable-text.ts'
import type { Finding } from './finding.ts'

/** Findings as one array for each column, in the order in which `runs-insert-findings` takes them. */
export function findingColumns(findings: readonly Finding[]): readonly SqlValue[] {
  const text = (read: (finding: Finding) => string | undefined): SqlValue =>
    findings.map((finding) => {
      const value = read(finding)
      return value === undefined ? null : storableText(value)
    })
  return [
    findings.map((_finding, position) => position),
    text(({ id }) => id),
    text(({ source }) => source.kind),
    text(({ source }) => (source.kind === 'model' ? source.model : source.analyser)),
    text(({ source }) => (source.kind === 'analyser' ? source.rule : undefined)),
    text(({ path }) => path),
    text(({ anchor }) => anchor?.side),
    findings.map(({ anchor }) => anchor?.startLine ?? null),
    findings.map(({ anchor }) => anchor?.endLine ?? null),
    text(({ severity }) => severity),
    text(({ category }) => category),
    text(({ title }) => title),
    text(({ explanation }) => explanation),
    text(({ evidence }) => evidence),
    text(({ replacement }) => replacement),
    findings.map(({ confidence }) => confidence),
    text(({ verdict }) => verdict.kind),
    text(({ verdict }) => (verdict.kind === 'posted' ? verdict.place : undefined)),
    text(({ verdict }) => (verdict.kind === 'merged' ? verdict.into : undefined)),
    text(({ verdict }) => (verdict.kind === 'dropped' ? verdict.reason : undefined)),
    text(({ verdict }) => (verdict.kind === 'dropped' ? verdict.detail : undefined)),
    text(({ fingerprint }) => fingerprint),
    text(({ verification }) => verification?.verdict),
    text(({ verification }) => verification?.reason),
    text(({ verification }) => verification?.model),
    findings.map(({ verification }) => verification?.certainty ?? null),
    text(({ verification }) => verification?.claimed),
    text(({ source }) => (source.kind === 'model' ? source.pass : undefined)),
    findings.map(({ worth }) => worth ?? null),
  ]
}
