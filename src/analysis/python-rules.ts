import type { Rule, RuleTable } from './rule.ts'

const bug = (severity: Rule['severity'], explanation: string, more?: Partial<Rule>): Rule => ({
  severity,
  category: 'bug',
  explanation,
  ...more,
})

const security = (severity: Rule['severity'], explanation: string, more?: Partial<Rule>): Rule => ({
  severity,
  category: 'security',
  exceptInTests: true,
  explanation,
  ...more,
})

const formatMismatch =
  'The placeholders and the values do not match, so formatting raises an error, or leaves a value out.'
const wrongReturnType =
  'Python calls this method itself and raises TypeError when the result has another type.'
const invisible =
  'The character cannot be seen in an editor, so the code does something else than what a reader sees.'
const looksSafe = (message: string): boolean => message.includes('seems safe')

/** `if False and …`: somebody switched it off, and knows. */
const isSwitchedByHand = (message: string): boolean => /`(?:False|True) (?:and|or) \.\.\./.test(message)

/** Defaults that are computed once, when the module is loaded, and are wrong from then on. */
const momentaryDefault =
  /`(?:\w+\.)*(?:now|utcnow|today|time|time_ns|monotonic|perf_counter|uuid1|uuid4|random|randint|token_hex|token_urlsafe)`/

/** The rules of ruff that name wrong behaviour, by code. Explanations are ours. Source: docs.astral.sh/ruff/rules. */
export const pythonRules: RuleTable = {
  // Names
  F402: bug(
    'medium',
    'The loop overwrites the imported name: later uses get the last item instead of the import.',
  ),
  F811: bug(
    'medium',
    'The later definition replaces the earlier one, which nothing can call any more: of two tests or handlers of one name, only the last runs.',
  ),
  F821: bug('high', 'No such name exists here: the line raises NameError as soon as it runs.', {
    oncePerFile: true,
  }),
  F823: bug(
    'high',
    'The function assigns this name later, so it is local: reading it here raises UnboundLocalError.',
  ),
  PLE0117: bug('high', 'No enclosing function has this name: the module does not even load (SyntaxError).'),
  PLE0118: bug(
    'high',
    'A name is used before its `global` declaration: the module does not even load (SyntaxError).',
  ),
  PLE0604: bug('high', '`__all__` may only hold strings: a star import raises TypeError.'),

  // Comparisons and conditions
  B015: bug(
    'medium',
    'The result of the comparison is thrown away: it checks nothing. An assignment or an assert was meant.',
    {
      exceptInTests: true,
    },
  ),
  F631: bug(
    'high',
    'A tuple with items is always true: this assertion can never fail. Remove the parentheses.',
  ),
  F632: bug(
    'high',
    '`is` compares identity, not value. Whether equal strings or numbers are the same object is up to the interpreter, so the branch is taken by luck.',
  ),
  F634: bug(
    'high',
    'A tuple with items is always true: the condition never fails and the other branch is dead.',
  ),
  PLR0124: bug(
    'medium',
    'Both sides are the same name, so the result never varies: one side should be something else.',
    {
      exceptInTests: true,
      // `value != value` is an old way to ask for NaN.
      accepts: (_message, line) => line.includes('!='),
    },
  ),
  PLR0133: bug(
    'medium',
    'Both sides are constants, so the result never varies: the branch is always, or never, taken.',
  ),
  PLW0177: bug(
    'high',
    'NaN is unequal to everything, itself included: the comparison never matches. Use `math.isnan`.',
  ),
  PLW0129: bug('medium', 'A text with characters is always true: this assertion can never fail.'),
  SIM220: bug('medium', 'A value and its opposite are never both true: the condition is always false.'),
  SIM221: bug('medium', 'A value or its opposite is always true: the condition never fails.'),
  SIM222: bug(
    'medium',
    'One operand is always true, so the whole condition is: the other operand is never decisive.',
    { accepts: isSwitchedByHand },
  ),
  SIM223: bug('medium', 'One operand is always false, so the whole condition is: the branch never runs.', {
    accepts: isSwitchedByHand,
  }),
  RUF034: bug('medium', 'Both branches give the same value: the condition decides nothing.'),
  RUF060: bug('medium', 'Nothing is in an empty collection: the condition never varies.'),

  // Values that are shared by accident
  B006: bug(
    'medium',
    'The default is made once and shared by all calls: what one call adds is still there in the next. Use None and make a new one inside.',
    { title: 'Mutable default argument is shared between calls' },
  ),
  B008: bug(
    'medium',
    'The default is computed once, when the module is loaded: every call gets that same old value instead of a fresh one.',
    { accepts: (message) => !momentaryDefault.test(message) },
  ),
  B023: bug(
    'medium',
    'The function looks the variable up when it is called: after the loop, all of them see the last value. Bind it as a default argument.',
    // A named function in a loop is mostly called in the same step.
    { accepts: (_message, line) => !line.includes('lambda') },
  ),
  B039: bug(
    'medium',
    'The default is made once and shared by all contexts: what one adds, every other one sees.',
  ),
  RUF008: bug(
    'high',
    'The default is shared by all instances of the dataclass: what one adds, every other one sees.',
  ),
  RUF024: bug('high', 'All keys share one value object: a change under one key appears under all of them.'),

  // Loops and collections
  B020: bug(
    'high',
    'The loop variable has the name of what is iterated: after the first step the collection is gone.',
  ),
  B031: bug('medium', 'A group of `groupby` can be read once only: the second time it is empty.'),
  B033: bug('low', 'The set holds the same item twice: another one was probably meant.'),
  B035: bug(
    'high',
    'The key does not depend on the loop: every step overwrites the one before, and one item is left.',
  ),
  B909: bug(
    'high',
    'The collection changes while it is iterated: items are skipped, or RuntimeError is raised.',
  ),
  F601: bug('high', 'The key occurs twice: the later value replaces the earlier one, which is lost.'),
  F602: bug('medium', 'The key occurs twice: the later value replaces the earlier one, which is lost.'),
  PIE794: bug('medium', 'The field is defined twice: the later one replaces the earlier one.'),
  PIE796: bug(
    'medium',
    'Two members have one value: the second becomes an alias of the first, not a member.',
  ),
  PLE0643: bug('high', 'The index lies outside of the literal: the line raises IndexError.'),
  PLE4703: bug('high', 'The set changes while it is iterated: RuntimeError is raised.'),
  RUF016: bug('high', 'Such a value cannot be an index: the line raises TypeError.'),
  F621: bug('high', 'Too many names to unpack into: the module does not even load (SyntaxError).'),
  F622: bug('high', 'Two starred names in one assignment: the module does not even load (SyntaxError).'),

  // Statements that do nothing, or not what they seem to
  B002: bug('medium', 'Python has no increment operator: this is a double sign and changes nothing.'),
  B003: bug(
    'medium',
    'Assigning to `os.environ` does not change the environment of the process or its children.',
  ),
  B005: bug(
    'medium',
    '`strip` removes any of these characters from the ends, not the text as a whole: it also eats letters that belong to the value. Use `removeprefix` or `removesuffix`.',
  ),
  B018: bug(
    'medium',
    'The value is computed and thrown away: a call, an assignment or a return is missing.',
    {
      exceptInTests: true,
      // A bare name asks whether it exists.
      accepts: (_message, line) => /^[\s\w,]*(?:#.*)?$/.test(line),
    },
  ),
  B022: bug('medium', '`suppress` without an exception type suppresses nothing.'),
  B032: bug('medium', 'This is a type annotation, not an assignment: the value is thrown away.'),
  B034: bug(
    'medium',
    'The argument in this place is a count, not flags: the flags are ignored and replacements are limited.',
  ),
  PLE1310: bug(
    'medium',
    '`strip` removes any of these characters, and one stands twice: a whole word was meant. Use `removeprefix` or `removesuffix`.',
  ),
  PLW0127: bug(
    'medium',
    'The variable is assigned to itself: nothing changes; another name was probably meant.',
  ),
  PLW0128: bug('medium', 'One assignment sets the same name twice: the first value is lost.'),
  PLW0133: bug('high', 'The exception is made but not raised: the error passes unnoticed.', {
    title: 'Exception is created but never raised',
  }),
  PLW0245: bug(
    'high',
    '`super` without parentheses is the type itself: the call does not reach the parent class.',
  ),
  PLW2101: bug(
    'high',
    'The lock is made for this block alone, so nobody else ever waits for it: it protects nothing.',
    {
      category: 'concurrency',
    },
  ),
  RUF018: bug('medium', 'With `python -O` assertions are removed, and this assignment with them.'),

  // Exceptions
  B012: bug(
    'high',
    'Leaving from `finally` throws away the exception under way: the failure passes unnoticed.',
  ),
  B016: bug('high', 'Only exceptions can be raised: the line raises TypeError instead.'),
  B025: bug('medium', 'The exception is caught twice: the second handler never runs.'),
  B029: bug('medium', '`except ()` catches nothing.'),
  B030: bug(
    'high',
    'Only exception types can be caught: when an exception comes, TypeError is raised in its place.',
  ),
  F707: bug('high', 'A bare `except` must come last: the module does not even load (SyntaxError).'),
  F901: bug('medium', '`NotImplemented` is a value, not an exception: TypeError is raised in its place.'),
  PLE0704: bug('medium', 'Outside of an `except` block there is nothing to raise again: RuntimeError.'),

  // Formatting and logging
  ...Object.fromEntries(
    'F502 F503 F504 F505 F506 F507 F508 F509 F521 F522 F523 F524 F525 PLE1300 PLE1307'
      .split(' ')
      .map((code) => [code, bug('medium', formatMismatch)]),
  ),
  PLE1205: bug(
    'medium',
    'More values than placeholders: logging prints an internal error instead of the message.',
  ),
  PLE1206: bug(
    'medium',
    'Fewer values than placeholders: logging prints an internal error instead of the message.',
  ),

  // Functions and classes
  F701: bug('high', '`break` outside of a loop: the module does not even load (SyntaxError).'),
  F702: bug('high', '`continue` outside of a loop: the module does not even load (SyntaxError).'),
  F704: bug('high', '`yield` or `await` outside of a function: the module does not even load (SyntaxError).'),
  F706: bug('high', '`return` outside of a function: the module does not even load (SyntaxError).'),
  PLE0100: bug('high', 'With `yield` in it `__init__` is a generator: making an instance raises TypeError.'),
  PLE0101: bug('high', '`__init__` must return None: making an instance raises TypeError.'),
  PLE0241: bug('high', 'A base class occurs twice: the class cannot be made (TypeError).'),
  PLE0237: bug('high', 'The attribute is not in `__slots__`: the assignment raises AttributeError.'),
  PLE0302: bug('high', 'Python calls this method with another number of arguments: TypeError when it does.'),
  ...Object.fromEntries(
    'PLE0303 PLE0304 PLE0305 PLE0307 PLE0308 PLE0309'
      .split(' ')
      .map((code) => [code, bug('medium', wrongReturnType)]),
  ),
  PLE1132: bug('high', 'The keyword is given twice: the call raises TypeError.'),
  PLE1142: bug('high', '`await` outside of an async function: the module does not even load (SyntaxError).'),
  PLE1507: bug('medium', 'Environment variables are texts: another type raises TypeError.'),
  PLE1519: bug(
    'medium',
    '`singledispatch` looks at the first argument, which is `self` here: every call takes the default.',
  ),
  PLE1520: bug(
    'medium',
    '`singledispatchmethod` needs a method: on a function every call takes the default.',
  ),
  PLE1700: bug('high', '`yield from` in an async function: the module does not even load (SyntaxError).'),
  PLW1501: bug('high', 'There is no such mode: `open` raises ValueError.'),
  PLW1507: bug(
    'medium',
    'A shallow copy of `os.environ` is still bound to the environment: changes to it leak out.',
  ),
  PLW1509: bug(
    'medium',
    '`preexec_fn` runs between fork and exec: with threads it can hang the child for ever.',
    {
      category: 'concurrency',
    },
  ),
  RUF026: bug(
    'medium',
    '`default_factory` as a keyword becomes an ordinary key: missing keys raise KeyError.',
  ),

  // Async
  ASYNC105: bug('high', 'Without `await` the call does nothing at all.'),
  ASYNC210: bug(
    'medium',
    'The blocking request holds up the event loop: every other task waits until it answers.',
    {
      category: 'concurrency',
    },
  ),
  ASYNC251: bug(
    'medium',
    'The whole event loop sleeps, with every other task in it. Await the sleep of your event loop.',
    {
      category: 'concurrency',
    },
  ),
  RUF006: bug(
    'medium',
    'The event loop keeps only a weak reference to a task: without another one it can be collected before it ends, and its error is lost.',
    { category: 'concurrency' },
  ),

  // Security
  PLE2502: security(
    'high',
    'Direction marks make the code read in another order than it runs (Trojan Source).',
  ),
  ...Object.fromEntries(
    'PLE2510 PLE2512 PLE2513 PLE2514 PLE2515'.split(' ').map((code) => [code, security('medium', invisible)]),
  ),
  S102: security(
    'high',
    '`exec` runs whatever the text says: who controls a part of it controls the process.',
  ),
  S103: security('medium', 'Others on the machine may change, or run, the file.'),
  S113: bug('medium', 'A server that never answers holds this call, and its thread, for ever.', {
    exceptInTests: true,
  }),
  S201: security('high', 'The debugger of Flask lets anyone who sees an error page run code on the server.'),
  S202: security(
    'high',
    'Members of the archive can name paths outside of the folder (`../`): extracting overwrites any file.',
  ),
  S301: security(
    'medium',
    'Unpickling runs code that the data names: data from outside takes over the process.',
  ),
  S302: security(
    'medium',
    '`marshal` does not defend itself against hostile data: it can crash the process.',
  ),
  S306: security('medium', 'Between the name and its use somebody else can create the file. Use `mkstemp`.'),
  S307: security(
    'high',
    '`eval` runs whatever the text says: who controls a part of it controls the process.',
  ),
  S323: security('high', 'Certificates are not checked: anyone on the way can read and change the traffic.'),
  S501: security('high', 'Certificates are not checked: anyone on the way can read and change the traffic.'),
  S502: security('medium', 'The protocol version is broken: anyone on the way can read the traffic.'),
  S503: security('medium', 'The protocol version is broken: anyone on the way can read the traffic.'),
  S504: security('medium', 'Without a version an old, broken protocol may be agreed on.'),
  S505: security('medium', 'A key of this size can be broken with the means of today.'),
  S506: security(
    'high',
    'This loader makes any object that the text names: YAML from outside runs code. Use `safe_load`.',
  ),
  S507: security('medium', 'An unknown host key is accepted: anyone on the way can pose as the host.'),
  S602: security(
    'high',
    'The command goes through a shell: a `;` or `$(…)` in any part of it runs as another command. Pass a list without `shell=True`.',
    { accepts: looksSafe },
  ),
  S604: security(
    'medium',
    'The command goes through a shell: a `;` or `$(…)` in any part of it runs as another command.',
  ),
  S605: security(
    'high',
    'The command goes through a shell: a `;` or `$(…)` in any part of it runs as another command. Use `subprocess.run` with a list.',
    { accepts: looksSafe },
  ),
  S608: security(
    'high',
    'The values become part of the SQL text: a quote in one of them changes the statement. Pass them as parameters.',
  ),
  S609: security('medium', 'A file whose name looks like an option becomes an option of the command.'),
  S610: security('medium', 'The text goes into the SQL as it is: values in it change the statement.'),
  S611: security('medium', 'The text goes into the SQL as it is: values in it change the statement.'),
  S612: security('medium', 'Who can connect to the port can make the process run code.'),
  S701: security('high', 'Without autoescape a value with `<script>` becomes part of the page.'),
  S702: security(
    'medium',
    'Mako escapes nothing by default: a value with `<script>` becomes part of the page.',
  ),
  S704: security(
    'medium',
    'The text is marked as safe without being escaped: a value with `<script>` becomes part of the page.',
  ),
}

/** Rules that ruff has under preview only, by the name that it gives them there. */
export const pythonPreviewRules: ReadonlyMap<string, string> = new Map([
  ['loop-iterator-mutation', 'B909'],
  ['nan-comparison', 'PLW0177'],
])
