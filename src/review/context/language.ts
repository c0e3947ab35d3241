/** How a language marks what is no code, and what it calls things. One entry stands for many languages. */
export interface Language {
  readonly name: 'python' | 'javascript' | 'c-like' | 'hash'
  readonly lineComments: readonly string[]
  readonly blockComment?: readonly [start: string, end: string]
  /** Delimiters of strings that go on over lines, longest first. */
  readonly longStrings: readonly string[]
  /** Whether `/…/` may be a regular expression, and a long string holds code in `${…}`. */
  readonly likeJavaScript: boolean
  /** Words that are no names. */
  readonly keywords: ReadonlySet<string>
}

const common =
  'if else for while do switch case default break continue return throw try catch finally new delete in instanceof ' +
  'import export from as class extends super this true false null void typeof public private protected static final ' +
  'abstract interface enum package implements override readonly const let var function async await yield of get set'

const python: Language = {
  name: 'python',
  lineComments: ['#'],
  longStrings: ['"""', "'''"],
  likeJavaScript: false,
  keywords: words(
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
      'import in is lambda match case nonlocal not or pass raise return try while with yield self cls print len range str ' +
      'int float bool list dict set tuple isinstance super object type Any Optional Union List Dict Tuple Exception ' +
      'ValueError TypeError KeyError RuntimeError enumerate zip map filter sorted sum min max any all open getattr setattr ' +
      'hasattr append extend items keys values join split strip format staticmethod classmethod property',
  ),
}

const javascript: Language = {
  name: 'javascript',
  lineComments: ['//'],
  blockComment: ['/*', '*/'],
  longStrings: ['`'],
  likeJavaScript: true,
  keywords: words(
    common +
      ' undefined NaN Infinity any unknown never string number boolean object symbol bigint type namespace declare keyof ' +
      'infer is asserts satisfies console log error warn JSON Object Array String Number Boolean Promise Map Set Date Math ' +
      'Error RegExp require module exports process window document length push map filter forEach reduce find some every ' +
      'join split slice includes then catch keys values entries toString stringify parse has add concat Record Partial',
  ),
}

const cLike: Language = {
  name: 'c-like',
  lineComments: ['//'],
  blockComment: ['/*', '*/'],
  longStrings: ['"""', '`'],
  likeJavaScript: false,
  keywords: words(
    common +
      ' int long short float double char byte bool boolean string String Object unsigned signed struct union typedef ' +
      'using namespace template typename func fn fun def val go defer chan map range type select nil err error make len cap ' +
      'append pub impl trait use mod crate self Self mut ref match where move dyn unsafe Some None Ok Err Option Result Vec ' +
      'Box override virtual internal sealed partial out params object is echo array foreach elseif isset unset list print ' +
      'throws synchronized volatile transient Integer Long List Map Set Exception ArrayList HashMap guard init',
  ),
}

const hash: Language = {
  name: 'hash',
  lineComments: ['#'],
  longStrings: [],
  likeJavaScript: false,
  keywords: words(
    'def end class module if elsif else unless case when while until for in do begin rescue ensure return yield self nil ' +
      'true false and or not then require require_relative include extend attr_reader attr_accessor attr_writer private ' +
      'protected public puts raise new each map select local function echo export fi done esac',
  ),
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '))
}

const byExtension: readonly (readonly [Language, RegExp])[] = [
  [python, /^(?:pyi?|pyx|bzl)$/],
  [javascript, /^(?:[cm]?[jt]sx?|vue|svelte|astro)$/],
  [
    cLike,
    /^(?:c|h|cc|cpp|cxx|hh|hpp|hxx|cs|java|kts?|scala|go|rs|swift|dart|php|groovy|gradle|proto|m|mm|zig|sol|css|scss|less|glsl)$/,
  ],
  [hash, /^(?:rb|rake|sh|bash|zsh|pl|pm|r|jl|ex|exs|cr|nim|ps1|psm1|tf|ya?ml|toml|conf|cfg|ini|mk|cmake)$/],
]

/** By the end of the name; what is unknown is read like shell scripts: by indentation, with `#` for comments. */
export function languageOf(path: string): Language {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  return byExtension.find(([, pattern]) => pattern.test(extension))?.[0] ?? hash
}
