export { checkOrder, environmentNamed, previousEnvironment } from './environments/order.ts'
export type { Promotion } from './environments/order.ts'
export { parseEnvironments } from './environments/parse-environments.ts'
export { defaultEnvironmentsFile, readEnvironments } from './environments/read-environments.ts'
export { EnvironmentsFile, environmentsSchema } from './environments/schema.ts'
export type { Environment, Environments } from './environments/schema.ts'
export { promotableImage } from './promotion/promotable-image.ts'
export type {
  PromotableImage,
  PromotionRequest,
  SeenRelease,
  SeenWorkload,
} from './promotion/promotable-image.ts'
