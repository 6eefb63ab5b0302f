/** The import rules of the house: see docs/architecture.md. */
const stages = [
  'load',
  'graph',
  'checks',
  'compile',
  'observe',
  'network-devices',
  'diff',
  'drift',
  'plan',
  'apply',
  'ledger',
  'change',
  'query',
  'release',
  'events',
]
const pure =
  'model|policy|schema|calendar|audit|query|load|graph|checks|compile|diff|drift|plan|ledger|change|resources|practices|facts|import|release|pull-request|doctor|records|knowledge|events'
const test = '\\.test\\.ts$'

/** Each stage may import itself and what is listed; everything else under engine/ is closed to it. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from, pathNot: test },
  to: { path: '^engine/', pathNot: allowed },
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('model-imports-nothing', '^engine/model/', '^engine/model/'),
    only('policy-imports-model', '^engine/policy/', '^engine/(model|policy|schema)/'),
    only('schema-imports-model', '^engine/schema/', '^engine/(model|schema)/'),
    only('calendar-imports-model', '^engine/calendar/', '^engine/(model|calendar)/'),
    only('audit-imports-model', '^engine/audit/', '^engine/(model|audit)/'),
    only('report-imports-audit', '^engine/report/', '^engine/(model|audit|report)/'),
    only('ports-import-model', '^engine/ports/', '^engine/(model|ports)/'),
    ...stages.map((s) => only(`stage-${s}`, `^engine/${s}/`, `^engine/(model|ports|policy|schema|calendar|${s})/`)),
    only(
      'records-import-ledger',
      '^engine/records/',
      '^engine/(model|ports|policy|schema|calendar|ledger|records|change/people)[./]',
    ),
    only('knowledge-imports-model', '^engine/knowledge/', '^engine/(model|policy|schema|knowledge)/'),
    only('incidents-import-calendar', '^engine/incidents/', '^engine/(model|calendar|incidents)/'),
    only('resources-import-model', '^engine/resources/', '^engine/(model|resources)/'),
    only('facts-import-model', '^engine/facts/', '^engine/(model|facts)/'),
    only('import-imports-model', '^engine/import/', '^engine/(model|import)/'),
    only('practices-import-model', '^engine/practices/', '^engine/(model|practices)/'),
    only('pull-request-imports-words', '^engine/pull-request/', '^engine/(model|change|ports/forge|pull-request)[./]'),
    only('doctor-imports-words', '^engine/doctor/', '^engine/(model|change|ports/forge|doctor)[./]'),
    only('adapters-import-ports', '^engine/adapters/', '^engine/(model|ports|adapters)/'),
    {
      name: 'plug-ins-stay-apart',
      severity: 'error',
      from: { path: '^engine/(resources|practices)/([^/]+)/', pathNot: test },
      to: { path: '^engine/(resources|practices)/([^/]+)/', pathNot: '^engine/$1/$2/' },
    },
    {
      name: 'pure-folders-do-no-io',
      severity: 'error',
      from: { path: `^engine/(${pure})/`, pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-folders-take-no-ports-but-ledger',
      severity: 'error',
      from: {
        path: '^engine/(model|policy|schema|calendar|query|load|graph|checks|compile|diff|drift|plan|change|resources|practices|facts|import|release)/',
        pathNot: test,
      },
      to: { path: '^engine/ports/' },
    },
    {
      name: 'pure-packages-only',
      severity: 'error',
      from: { path: `^engine/(${pure})/`, pathNot: test },
      to: {
        dependencyTypes: ['npm'],
        pathNot:
          'node_modules/(yaml|js-yaml|ajv|ajv-formats|ajv-errors|@marcbachmann/cel-js|liquidjs|diff|ignore|picomatch|p-limit|semver|rrule|temporal-polyfill|ipaddr\\.js|xmlbuilder2|minisearch|mdast-util-[a-z-]+|micromark-extension-frontmatter|@types/mdast)/',
      },
    },
    {
      name: 'only-main-wires-adapters',
      severity: 'error',
      from: { path: '^engine/', pathNot: `^engine/((main|wiring|parse-worker)\\.ts|adapters/|demo/)|${test}` },
      to: { path: '^engine/adapters/' },
    },
    {
      name: 'only-the-pipeline-joins-stages',
      severity: 'error',
      from: { path: '^engine/(cli|portal|worker)/', pathNot: test },
      to: { path: `^engine/(${stages.join('|')}|records)/` },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^engine/generated/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
