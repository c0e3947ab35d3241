import { describe, expect, test } from 'vitest'
import { definitionOn, definitionsAround, nameOnLine } from './definitions.ts'
import { readSource } from './source.ts'

/** The definitions of a file as `name first-last`, lines counted from 1. */
function definitionsOf(path: string, text: string): string[] {
  const source = readSource(path, text)
  return source.lines.flatMap((_, line) => {
    const found = definitionOn(source, line)
    return found ? [`${found.name} ${found.start + 1}-${found.end}`] : []
  })
}

/** The names around a line (from 1), the outermost first. */
function around(path: string, text: string, line: number): string[] {
  return definitionsAround(readSource(path, text), line - 1).map(({ name }) => name)
}

const python = `import os

LIMIT: int = 3

@cache
@app.get(
    '/x')
class Shop(Base):
    """A shop.

no indentation here: it is text
    """

    size = 1

    # Sells one.
    @staticmethod
    async def sell(
        item,
        price=(1, 2),
    ) -> int:
        def tax(of):
            return of * 2
        if item:
# a comment at the edge
            return tax(price)
        return 0

    def close(self):
        pass


def after(): return {
    'a': 1,
}
value == 3
`

describe('Python, by indentation', () => {
  test('definitions go with their decorators to their last line', () => {
    expect(definitionsOf('shop.py', python)).toEqual([
      'LIMIT 3-3',
      // A decorator over several lines is not followed up to its start.
      'Shop 8-30',
      'sell 16-27',
      'tax 22-23',
      'close 29-30',
      'after 33-35',
    ])
  })

  test('a line is in every definition around it', () => {
    expect(around('shop.py', python, 26)).toEqual(['Shop', 'sell'])
    expect(around('shop.py', python, 23)).toEqual(['Shop', 'sell', 'tax'])
    expect(around('shop.py', python, 20)).toEqual(['Shop', 'sell'])
    expect(around('shop.py', python, 14)).toEqual(['Shop'])
    expect(around('shop.py', python, 34)).toEqual(['after'])
    expect(around('shop.py', python, 36)).toEqual([])
  })
})

const typescript = `import { x } from './x'
export interface Cart { items: Item[] }
export type Item = { id: string }
export const total = (cart: Cart): number =>
  cart.items
    .map((item) => item.id)
    .length
export default class Shop extends Base {
  private open = async (at: Date): Promise<void> => {
    await super.open(at)
  }
  /** Sells. */
  @log()
  static async sell<T extends Item>(
    item: T,
  ): Promise<Receipt> {
    if (item) {
      const text = \`
}}} not code
\`
      for (const each of this.all(item)) { each() }
    }
    return this.all(item,
      function inner() { return 1 })
  }
  get size() { return 1 }
}
const local = { run() { }, stop: async () => { } }
Shop.prototype.close = function () {
  return 1
}
module.exports.helper = helper
badlyIndented()
function misindented (a,
  b) {
if (a) {
b()
}
}
last()
`

describe('JavaScript and TypeScript, by brackets', () => {
  test('definitions go to the bracket that closes them, whatever the indentation and the text within', () => {
    expect(definitionsOf('shop.ts', typescript)).toEqual([
      'Cart 2-2',
      'Item 3-3',
      'total 4-7',
      'Shop 8-27',
      'open 9-11',
      'sell 12-25',
      'inner 24-24',
      'size 26-26',
      'local 28-28',
      'close 29-31',
      'helper 32-32',
      'misindented 34-39',
    ])
  })

  test('a call is no method, a statement neither', () => {
    const source = readSource(
      'a.js',
      '  check(a, {\n    b\n  })\n  if (x) {\n  }\n  run(() => {\n  })\n  go(a) {\n  }',
    )
    expect(source.lines.map((_, line) => nameOnLine(source, line)).filter(Boolean)).toEqual(['go'])
  })

  test('brackets that never close do not swallow the rest', () => {
    expect(definitionsOf('a.js', 'function one() {\n  return "{" + /[/\n}\nfunction two() {\n}\n')).toEqual([
      'one 1-3',
      'two 4-5',
    ])
    expect(definitionsOf('a.js', 'function one() {\n  x({\n}\nfunction two() {\n}\n')).toEqual([
      'one 1-3',
      'two 4-5',
    ])
  })

  test('a line is in every definition around it', () => {
    expect(around('shop.ts', typescript, 21)).toEqual(['Shop', 'sell'])
    expect(around('shop.ts', typescript, 6)).toEqual(['total'])
    expect(around('shop.ts', typescript, 36)).toEqual(['misindented'])
    expect(around('shop.ts', typescript, 40)).toEqual([])
  })
})

test.each([
  ['a.go', 'func (s *Shop) Sell(item Item) error {\n\treturn nil\n}\n', ['Sell 1-3']],
  ['a.go', 'type Shop struct {\n\tName string\n}\n', ['Shop 1-3']],
  ['a.rs', 'pub(crate) async fn sell<T>(item: T) -> i32 {\n    1\n}\n', ['sell 1-3']],
  [
    'A.java',
    'public class A {\n    @Override\n    public List<Item> sell(Item a,\n            Item b) throws X {\n        go();\n    }\n}',
    ['A 1-7', 'sell 2-6'],
  ],
  [
    'A.cs',
    'class A\n{\n    internal int Sell(out B b)\n    {\n        return 1;\n    }\n}\n',
    ['A 1-7', 'Sell 3-6'],
  ],
  ['a.cpp', 'int Shop::sell(int a)\n{\n#ifdef X\n  return 1;\n#endif\n}\n', ['sell 1-6']],
  ['a.rb', "module A\n  def self.sell!(a)\n    'end'\n  end\nend\nx\n", ['A 1-5', 'sell! 2-4']],
  [
    'a.php',
    'class A extends B\n{\n    public function sell($a)\n    {\n        return [];\n    }\n}',
    ['A 1-7', 'sell 3-6'],
  ],
  ['a.sh', 'sell() {\n  echo\n}\n', ['sell 1-3']],
])('%s: %j', (path, text, expected) => {
  expect(definitionsOf(path, text)).toEqual(expected)
})
