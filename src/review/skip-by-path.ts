import { isLockFile } from './lock-files.ts'

/** Why a file is skipped whatever stands in it. */
export type PathReason = 'lock file' | 'vendored' | 'generated' | 'minified' | 'snapshot'

/** Longer than any path that a file system takes: not worth the time of the patterns. */
const LONGEST_PATH = 4096

/**
 * Tried in this order on the whole path. Each asks for a name that hardly means anything else: `app/models/vendor/` may
 * be a shop's own code about vendors, and `build/` a folder of build scripts, so neither is skipped.
 */
const rules: readonly (readonly [PathReason, RegExp])[] = [
  ['vendored', /(?:^|\/)(?:node_modules|bower_components|jspm_packages|site-packages|Pods|third_party)\//],
  [
    'vendored',
    /(?:^|\/)(?:\.yarn\/(?:cache|plugins|releases|sdks|unplugged)|Carthage\/(?:Build|Checkouts))\//,
  ],
  [
    'vendored',
    /^vendor\/|(?:^|\/)(?:assets|static|public|javascripts|stylesheets)\/vendor\/|(?:^|\/)wwwroot\/lib\//,
  ],
  // A nested vendor folder of Go or PHP holds hosts or known files: `vendor/github.com/…`, `vendor/autoload.php`.
  ['vendored', /\/vendor\/(?:[a-z0-9-]+\.[a-z]+\/|composer\/|modules\.txt$|autoload\.php$)/],
  ['minified', /\.min\.(?:[cm]?js|css|html|svg)$/],
  ['snapshot', /\.(?:snap|ambr|(?:approved|verified)\.(?:txt|json|xml|html|md))$|(?:^|\/)__snapshots__\//],
  ['generated', /\.(?:[cm]?js|css|ts|html)\.map$|\.tsbuildinfo$|\.pbxproj$/],
  ['generated', /(?:^|\/)dist\/.*\.(?:[cm]?js|css|d\.[cm]?ts|html)$/],
  [
    'generated',
    /\.pb(?:\.gw|\.validate)?\.(?:go|cc|h|c|swift|ts|rs|dart)$|\.pb(?:enum|grpc|json|server)\.dart$/,
  ],
  ['generated', /_pb2(?:_grpc)?\.pyi?$|_(?:grpc_)?pb\.(?:[cm]?js|ts|d\.ts|rb)$|\.pbobjc\.[hm]$/],
  ['generated', /[._]generated\.[\w.]+$|\.gen\.\w+$|\.g(?:\.i)?\.cs$|\.designer\.cs$/i],
  ['generated', /\.(?:g|freezed|gr|mocks)\.dart$|(?:^|\/)(?:__generated__|generated)\//],
]

/** The reason to skip a file that its path alone gives; undefined for all others. */
export function skipByPath(path: string): PathReason | undefined {
  if (path.length > LONGEST_PATH) return undefined
  if (isLockFile(path.slice(path.lastIndexOf('/') + 1))) return 'lock file'
  return rules.find(([, pattern]) => pattern.test(path))?.[0]
}
