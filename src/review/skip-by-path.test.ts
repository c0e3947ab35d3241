import { expect, test } from 'vitest'
import { skipByPath } from './skip-by-path.ts'

const skipped = {
  'lock file': [
    'package-lock.json',
    'web/yarn.lock',
    'pnpm-lock.yaml',
    'bun.lock',
    'Cargo.lock',
    'Gemfile.lock',
    'poetry.lock',
    'Pipfile.lock',
    'uv.lock',
    'composer.lock',
    'go.sum',
    'mix.lock',
    'pubspec.lock',
    'ios/Podfile.lock',
    'Package.resolved',
    'gradle.lockfile',
    'packages.lock.json',
    'flake.lock',
    '.terraform.lock.hcl',
  ],
  vendored: [
    'node_modules/left-pad/index.js',
    'vendor/autoload.php',
    'services/api/vendor/github.com/pkg/errors/errors.go',
    'public/vendor/jquery.js',
    'app/assets/vendor/jquery.js',
    'third_party/zlib/zlib.c',
    'ios/Pods/AFNetworking/AFURL.m',
    'env/lib/python3.12/site-packages/six.py',
    '.yarn/releases/yarn-4.0.0.cjs',
  ],
  minified: ['js/app.min.js', 'css/site.min.css'],
  snapshot: ['src/__snapshots__/a.test.ts.snap', 'tests/__snapshots__/test_a.ambr', 'A.verified.txt'],
  generated: [
    'dist/index.js',
    'packages/a/dist/esm/index.d.ts',
    'app.js.map',
    'api/service.pb.go',
    'api/service_pb2.py',
    'api/service_pb2_grpc.py',
    'api/service_pb.d.ts',
    'api/service.pb.cc',
    'pkg/apis/zz_generated.deepcopy.go',
    'src/schema.generated.ts',
    'src/routes.gen.ts',
    'src/__generated__/query.ts',
    'lib/user.g.dart',
    'Form1.Designer.cs',
    'App.xcodeproj/project.pbxproj',
  ],
} as const

test.each(Object.entries(skipped))('%s: known by the path', (reason, paths) => {
  expect(paths.filter((path) => skipByPath(path) !== reason)).toEqual([])
})

test('names that only resemble those are read', () => {
  const read = [
    'src/app/vendor/page.tsx',
    'src/vendor/vendor.service.ts',
    'app/models/vendor/order.rb',
    'build/release.js',
    'src/lock.ts',
    'src/distance/index.js',
    'src/dist/Uniform.java',
    'src/min.js',
    'src/email.verified.ts',
    'src/generator.ts',
    'docs/lock-file.md',
    'go.mod',
    'package.json',
    'Cargo.toml',
  ]
  expect(read.filter((path) => skipByPath(path) !== undefined)).toEqual([])
})

test('a hostile path costs no time', () => {
  const started = performance.now()
  for (const piece of ['dist/', '.generated.', '/vendor/a', '.pb', 'a/'])
    for (const length of [4_096, 5_000_000]) skipByPath(piece.repeat(length / piece.length))
  expect(performance.now() - started).toBeLessThan(2_000)
})
