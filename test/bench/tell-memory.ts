// Loaded before a program whose memory is measured.
const marker = process.env.OKE_PIPELINE_BENCH_MEMORY ?? ''

process.on('exit', () => {
  console.log(`${marker}${process.resourceUsage().maxRSS}`)
})
