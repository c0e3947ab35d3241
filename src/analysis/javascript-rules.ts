import type { Rule, RuleTable } from './rule.ts'

/** A rule of oxlint; `options` are what the rule itself takes. */
export interface JavaScriptLintRule extends Rule {
  readonly options?: Readonly<Record<string, unknown>>
}

type More = Partial<JavaScriptLintRule>

const bug = (severity: Rule['severity'], explanation: string, more?: More): JavaScriptLintRule => ({
  severity,
  category: 'bug',
  explanation,
  ...more,
})

const security = (severity: Rule['severity'], explanation: string, more?: More): JavaScriptLintRule => ({
  severity,
  category: 'security',
  exceptInTests: true,
  explanation,
  ...more,
})

const runsText = 'The text runs as code: who controls a part of it controls the program.'
const throwsOnUse = 'The line throws as soon as it runs.'

/**
 * The rules of oxlint, and of our plugin for it, that name wrong behaviour. `options` go to the linter. Explanations
 * are ours. Source: oxc.rs/docs/guide/usage/linter/rules.
 */
export const javascriptRules: Readonly<Record<string, JavaScriptLintRule>> & RuleTable = {
  // Names and assignments
  'no-undef': bug('high', 'No such name exists here: the line throws a ReferenceError as soon as it runs.', {
    oncePerFile: true,
    // A build step may put in what is written like a constant or a macro.
    accepts: (message) => /'(?:\$|[A-Z_][A-Z0-9_]*')/.test(message),
  }),
  'react/jsx-no-undef': bug('high', 'No such component exists here: rendering throws a ReferenceError.', {
    oncePerFile: true,
  }),
  'no-const-assign': bug('high', 'A constant cannot be assigned again: the line throws a TypeError.'),
  'no-class-assign': bug('medium', 'The class is replaced: what is made from now on is something else.'),
  'no-func-assign': bug('medium', 'The function is replaced: later calls reach something else.'),
  'no-import-assign': bug('high', 'An import cannot be assigned: the line throws a TypeError.'),
  'no-global-assign': bug('high', 'A built-in is replaced for the whole program, or the line throws.'),
  'no-ex-assign': bug('medium', 'The caught error is overwritten and lost.'),
  'no-self-assign': bug(
    'medium',
    'The value is assigned to itself: nothing changes; another name was probably meant.',
    { exceptInTests: true },
  ),
  'no-unassigned-vars': bug('medium', 'The variable never gets a value: every reader sees undefined.'),
  'no-delete-var': bug('medium', 'A variable cannot be deleted: strict code does not even load.'),

  // Comparisons and conditions
  'use-isnan': bug(
    'high',
    'NaN is unequal to everything, itself included: the comparison never matches. Use `Number.isNaN`.',
  ),
  'no-self-compare': bug(
    'medium',
    'Both sides are the same, so the result never varies: one side should be something else.',
    {
      exceptInTests: true,
      // `value !== value` is an old way to ask for NaN.
      accepts: (_message, line) => line.includes('!='),
    },
  ),
  'no-cond-assign': bug(
    'high',
    'This assigns instead of comparing: the variable is overwritten, and the branch depends on the new value.',
  ),
  'no-constant-condition': bug('medium', 'The condition never varies: one of the branches is dead.', {
    exceptInTests: true,
  }),
  'no-constant-binary-expression': bug(
    'high',
    'The result never varies, whatever the values are: the check checks nothing.',
    {
      exceptInTests: true,
    },
  ),
  'no-compare-neg-zero': bug('medium', '`=== -0` is also true for 0. Use `Object.is`.'),
  'no-dupe-else-if': bug('high', 'An earlier branch takes every case of this one: it never runs.'),
  'no-duplicate-case': bug('high', 'An earlier case has the same value: this one never runs.'),
  'no-fallthrough': bug('medium', 'Without `break` or `return` the code runs on into the next case.'),
  'no-unsafe-negation': bug(
    'high',
    'The negation binds to the left operand alone: the check is always false.',
  ),
  'valid-typeof': bug('high', '`typeof` never gives this text: the comparison never matches.'),
  'unicorn/no-negation-in-equality-check': bug(
    'medium',
    'The negation binds to the left operand alone, so a boolean is compared with the value.',
  ),
  'oxc/bad-comparison-sequence': bug(
    'high',
    'Comparisons do not chain: the first result, a boolean, is compared with the last value.',
  ),
  'oxc/bad-object-literal-comparison': bug(
    'high',
    'A new object or array is equal to nothing: the comparison never matches.',
  ),
  'oxc/bad-char-at-comparison': bug('high', '`charAt` gives one character: it never equals a longer text.'),
  'oxc/const-comparisons': bug(
    'high',
    'Together the comparisons are always true, or always false: the check checks nothing.',
  ),
  'oxc/bad-bitwise-operator': bug(
    'medium',
    'A bitwise operator stands where a logical one was meant: both sides run, and the result is a number.',
  ),

  // Loops
  'for-direction': bug('high', 'The counter moves away from its end: the loop never ends, or never runs.'),
  'lorgnette/loop-bounds': bug(
    'high',
    'In its last step the index equals the length: the element there is undefined, and using it throws or spoils the result. Use `<`.',
  ),
  'no-unmodified-loop-condition': bug(
    'medium',
    'Nothing in the loop changes the condition: it never ends, or runs once.',
  ),
  'no-unreachable-loop': bug(
    'medium',
    'Every path leaves the loop in its first step: the other elements are never looked at.',
    { exceptInTests: true },
  ),

  // Keys and members
  'no-dupe-keys': bug(
    'high',
    'The key occurs twice: the later value replaces the earlier one, which is lost.',
  ),
  'no-dupe-class-members': bug('high', 'The member occurs twice: the later one replaces the earlier one.'),
  'react/jsx-no-duplicate-props': bug(
    'medium',
    'The property occurs twice: the later value replaces the earlier one.',
  ),
  'typescript/no-duplicate-enum-values': bug(
    'medium',
    'Two members have one value: they cannot be told apart.',
  ),
  'no-setter-return': bug('medium', 'What a setter returns is thrown away.', { exceptInTests: true }),
  'array-callback-return': bug(
    'medium',
    'The callback returns nothing on some path: the result holds undefined, or counts as no.',
    {
      options: { allowImplicit: true, checkForEach: false },
    },
  ),
  'unicorn/no-accessor-recursion': bug(
    'high',
    'The accessor calls itself: the stack overflows on first use.',
  ),
  'unicorn/no-array-fill-with-reference-type': bug(
    'medium',
    'All elements are one and the same object: a change of one shows in all.',
  ),

  // Calls
  'no-obj-calls': bug('high', `This object is no function. ${throwsOnUse}`),
  'no-new-native-nonconstructor': bug('high', `This function is no constructor. ${throwsOnUse}`),
  'no-invalid-regexp': bug('high', `The pattern is not valid. ${throwsOnUse}`),
  'constructor-super': bug(
    'high',
    'A derived class must call `super` exactly once: making an instance throws.',
  ),
  'no-this-before-super': bug('high', '`this` does not exist before `super`: making an instance throws.'),
  'typescript/no-misused-new': bug(
    'medium',
    'This declares an ordinary method of that name, not a constructor.',
  ),
  'typescript/no-non-null-asserted-optional-chain': bug(
    'medium',
    'The `!` hides that the chain may be undefined: using the value throws.',
  ),
  'no-unsafe-optional-chaining': bug(
    'high',
    'The chain may give undefined, and using that here throws a TypeError.',
  ),
  'require-yield': bug('medium', 'A generator without `yield` gives no values: a loop over it does nothing.'),
  'oxc/bad-array-method-on-arguments': bug(
    'high',
    '`arguments` is no array and has no such method: the line throws a TypeError.',
  ),
  'oxc/bad-min-max-func': bug(
    'high',
    'The bounds are the wrong way round: the result is always the same number.',
  ),
  'oxc/bad-replace-all-arg': bug(
    'high',
    '`replaceAll` with a pattern without the `g` flag throws a TypeError.',
  ),
  'oxc/bad-match-all-arg': bug('high', '`matchAll` with a pattern without the `g` flag throws a TypeError.'),
  'oxc/missing-throw': bug('high', 'The error is made but not thrown: the failure passes unnoticed.'),
  'oxc/number-arg-out-of-range': bug('high', 'The argument is out of range: the line throws a RangeError.'),
  'oxc/uninvoked-array-callback': bug(
    'high',
    'The array has holes, which callbacks skip: nothing is called. Use `fill` or `Array.from`.',
  ),
  'oxc/erasing-op': bug('medium', 'The result is always 0, whatever the value is.'),
  'oxc/misrefactored-assign-op': bug('high', 'The variable stands on both sides, so it is counted twice.'),
  'unicorn/no-invalid-fetch-options': bug(
    'high',
    'A GET or HEAD request cannot have a body: `fetch` throws a TypeError.',
  ),
  'unicorn/no-invalid-remove-event-listener': bug(
    'medium',
    'This is a new function that was never added: the listener stays.',
  ),
  'lorgnette/map-parse-int': bug(
    'high',
    '`["10", "10", "10"]` becomes `[10, NaN, 2]`. Use `map(Number)` or `map((text) => parseInt(text, 10))`.',
  ),
  'node/no-exports-assign': bug(
    'high',
    'Assigning to `exports` changes a local variable: the module exports nothing of it.',
  ),

  // Control flow
  'no-unreachable': bug('medium', 'Everything before it leaves the block: this code never runs.'),
  'no-unsafe-finally': bug(
    'high',
    'Leaving from `finally` throws away the error under way: the failure passes unnoticed.',
  ),
  'no-unexpected-multiline': bug(
    'high',
    'There is no semicolon before the line break, so both lines are one expression.',
  ),
  'no-unused-expressions': bug(
    'medium',
    'The value is computed and thrown away: a call, an assignment or a return is missing.',
    {
      exceptInTests: true,
      options: { allowShortCircuit: true, allowTernary: true, allowTaggedTemplates: true },
      // Reading a member may be what is wanted: getters do things.
      accepts: (_message, line) => /^\s*[\w$]+(?:[?!]?\.|\[)[^()=]*;?$/.test(line),
    },
  ),
  'no-debugger': bug('medium', 'With developer tools open, or under an inspector, the program stops here.'),
  'react/rules-of-hooks': bug(
    'high',
    'Hooks are told apart by their order: when the condition changes, state ends up in the wrong hook, or rendering throws.',
  ),
  'react/no-direct-mutation-state': bug(
    'medium',
    'React does not see the change: the component is not rendered again, and the next update may undo it.',
  ),

  // Promises
  'lorgnette/missing-await': bug(
    'high',
    'The function is async, so the call gives a promise at once and the work is not done yet.',
    {
      category: 'concurrency',
    },
  ),
  'lorgnette/async-callback': bug(
    'high',
    'An async callback gives a promise at once: the surrounding code goes on before the work is done, and errors are lost. Use `for … of` with `await`, or `Promise.all` with `map`.',
    {
      category: 'concurrency',
    },
  ),
  'no-async-promise-executor': bug(
    'medium',
    'An error in an async executor rejects nobody: the promise stays pending for ever.',
    {
      category: 'concurrency',
    },
  ),
  'promise/no-new-statics': bug('high', 'The static method is no constructor: the line throws a TypeError.'),
  'unicorn/no-await-in-promise-methods': bug(
    'medium',
    'Awaited inside of the list, the promises run one after the other.',
    {
      category: 'performance',
    },
  ),

  // Numbers and patterns
  'no-loss-of-precision': bug(
    'medium',
    'The number has more digits than a double can hold: another number is stored.',
  ),
  'no-sparse-arrays': bug('medium', 'Two commas in a row leave a hole, which reads as undefined.', {
    exceptInTests: true,
  }),
  'no-empty-character-class': bug(
    'high',
    'An empty class matches nothing, so the whole pattern never matches.',
  ),
  'no-useless-backreference': bug(
    'medium',
    'The group has not matched yet at this point: the reference matches the empty text.',
  ),

  // Security
  'no-eval': security('high', runsText),
  'no-implied-eval': security('high', runsText),
  'no-new-func': security('high', runsText),
  'react/jsx-no-script-url': security('high', 'The address runs as code in the page.'),
  'lorgnette/sql-from-text': security(
    'critical',
    'The values become part of the SQL text: a quote in one of them changes the statement. Pass them as parameters.',
  ),
  'lorgnette/command-from-text': security(
    'high',
    'The command goes through a shell: a `;` or `$(…)` in a value runs as another command. Use `execFile` with a list.',
  ),
  'lorgnette/html-from-text': security(
    'high',
    'A value with `<img onerror=…>` runs as code in the page. Use `textContent`, or escape it.',
  ),
  'lorgnette/guessable-secret': security(
    'high',
    '`Math.random()` can be predicted from a few of its values: others can guess the secret. Use `crypto.randomUUID()` or `crypto.randomBytes()`.',
  ),
  'lorgnette/unchecked-certificate': security(
    'high',
    'Any certificate is accepted: anyone on the way can read and change the traffic.',
  ),
}
