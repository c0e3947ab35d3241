/** File names, in lower case, that package managers write and people do not, by ecosystem. */
const names = `
  JavaScript     package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml shrinkwrap.yaml
                 bun.lock bun.lockb deno.lock .pnp.cjs .pnp.loader.mjs
  Python         poetry.lock pipfile.lock pdm.lock uv.lock pylock.toml pixi.lock conda-lock.yml
  Ruby           gemfile.lock gems.locked
  PHP            composer.lock symfony.lock
  Rust           cargo.lock
  Go             go.sum go.work.sum
  JVM            gradle.lockfile buildscript-gradle.lockfile maven_install.json
  .NET           packages.lock.json project.assets.json paket.lock
  Swift          package.resolved podfile.lock cartfile.resolved
  Dart           pubspec.lock
  Elixir         mix.lock rebar.lock
  Haskell        stack.yaml.lock cabal.project.freeze
  C++            conan.lock module.bazel.lock
  Others         esy.lock nimble.lock shard.lock dub.selections.json renv.lock packrat.lock spago.lock lake-manifest.json
  Infrastructure .terraform.lock.hcl chart.lock flake.lock devbox.lock mise.lock
                 berksfile.lock puppetfile.lock brewfile.lock.json
`

const lockFiles: ReadonlySet<string> = new Set(names.split(/\s+/).filter((word) => word.includes('.')))

/** Whether a file of this name, without its folders, pins the versions of packages. */
export function isLockFile(name: string): boolean {
  return lockFiles.has(name.toLowerCase())
}
