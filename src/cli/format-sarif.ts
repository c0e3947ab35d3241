import { severities, type Category, type Finding, type Severity } from '../review/finding.ts'
import { finderName, saidFindings, type Reviewed } from './reviewed.ts'

/** Sources: OASIS SARIF 2.1.0; GitHub Docs, "SARIF support for code scanning". */
const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

const levels = { critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const

/** GitHub: over 9.0 is critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, below low. */
const securitySeverity = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' } as const

const categoryNames: Readonly<Record<Category, string>> = {
  bug: 'Bug',
  security: 'Security problem',
  concurrency: 'Concurrency problem',
  data: 'Loss or corruption of data',
  api: 'Broken interface',
  performance: 'Performance problem',
  other: 'Problem',
}

/**
 * The review as a SARIF log, for GitHub code scanning and others. Findings that are said are results; files that were
 * not read are notifications, and a review that was not done is an invocation without success.
 */
export function formatSarif(reviewed: Reviewed, version: string): string {
  const said = saidFindings(reviewed)
  const ids = [...new Set(said.map(ruleId))]
  const rules = ids.map((id) =>
    describeRule(
      id,
      said.filter((finding) => ruleId(finding) === id),
    ),
  )
  const occurrences = new Map<string, number>()
  const log = {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Lorgnette', semanticVersion: version, rules } },
        automationDetails: { id: 'lorgnette/' },
        columnKind: 'utf16CodeUnits',
        invocations: [describeInvocation(reviewed)],
        results: said.map((finding) => {
          const occurrence = (occurrences.get(finding.fingerprint) ?? 0) + 1
          occurrences.set(finding.fingerprint, occurrence)
          return describeResult(finding, ids.indexOf(ruleId(finding)), occurrence)
        }),
      },
    ],
  }
  return `${JSON.stringify(log)}\n`
}

/** The same for the same kind of problem in every review: the linter's own rule, or the category of a model's finding. */
function ruleId({ source, category }: Finding): string {
  return source.kind === 'analyser' ? `${source.analyser}/${source.rule}` : `model/${category}`
}

function describeRule(id: string, findings: readonly Finding[]) {
  const worst = worstSeverity(findings)
  const category = findings[0]?.category ?? 'other'
  const name = categoryNames[category]
  const by = id.startsWith('model/') ? 'found by a language model' : `found by the rule ${id}`
  return {
    id,
    shortDescription: { text: id.startsWith('model/') ? name : `${name} (${id})` },
    fullDescription: { text: `${name}, ${by}.` },
    defaultConfiguration: { level: levels[worst] },
    properties: {
      tags: category === 'security' ? ['security'] : ['correctness'],
      ...(category === 'security' && { 'security-severity': securitySeverity[worst] }),
    },
  }
}

function describeResult(finding: Finding, ruleIndex: number, occurrence: number) {
  const { anchor, fingerprint } = finding
  // Lines of the old file are no lines of the file that is scanned: then the result is on the file.
  const region =
    anchor?.side === 'RIGHT' ? { startLine: anchor.startLine, endLine: anchor.endLine } : undefined
  const removed = anchor?.side === 'LEFT' ? ` (at line ${anchor.startLine} of the old file)` : ''
  const text = `${finding.title}${removed}\n\n${finding.explanation}\n\nFound by ${finderName(finding)}.`
  return {
    ruleId: ruleId(finding),
    ruleIndex,
    level: levels[finding.severity],
    message: { text: literal(text) },
    locations: [{ physicalLocation: { ...fileLocation(finding.path), ...(region && { region }) } }],
    // A fingerprint of ours, so that a result is the same one after lines moved; the number tells twins apart.
    partialFingerprints: { primaryLocationLineHash: `${fingerprint}:${occurrence}` },
    properties: { severity: finding.severity, category: finding.category, confidence: finding.confidence },
  }
}

function describeInvocation({ receipt }: Reviewed) {
  const unread = receipt.files.flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }]))
  return {
    executionSuccessful: receipt.outcome === 'reviewed',
    ...(receipt.reason !== undefined && { exitCodeDescription: receipt.reason }),
    toolExecutionNotifications: unread.map(({ path, reason }) => ({
      level: 'note',
      message: { text: literal(`Not read: ${reason}`) },
      locations: [{ physicalLocation: fileLocation(path) }],
    })),
  }
}

/** A URI relative to the root of the repository. Bytes that URIs do not take are percent-encoded; a colon first would be a scheme. */
function fileLocation(path: string) {
  const uri = path
    // Halves of a character, which JSON may hold, are no text that a URI could encode.
    .replaceAll(/\p{Cs}/gu, '\uFFFD')
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/')
  return { artifactLocation: { uri, uriBaseId: '%SRCROOT%' } }
}

/** SARIF reads `{0}` as a placeholder and `[text](target)` as a link; ours are neither (SARIF 2.1.0, 3.11.5 and 3.11.6). */
function literal(text: string): string {
  return text.replaceAll(/\{(\d+)\}/g, '{{$1}}').replaceAll(/\[(?=[^\]]*\]\()/g, String.raw`\[`)
}

function worstSeverity(findings: readonly Finding[]): Severity {
  return severities.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'low'
}
