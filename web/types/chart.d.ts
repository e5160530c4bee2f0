// The part of Chart.js 3.9 that this page uses; the library comes as one classic script.

interface ChartArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}
interface ChartScale {
  getPixelForValue(value: number): number;
  min: number;
  max: number;
}
interface ChartInstance {
  data: { labels?: unknown[]; datasets: Record<string, any>[] };
  options: any;
  ctx: CanvasRenderingContext2D;
  chartArea: ChartArea;
  scales: Record<string, ChartScale>;
  getDatasetMeta(index: number): { data: { x: number; y: number; width?: number; base?: number }[] };
  update(mode?: string): void;
  resize(): void;
  destroy(): void;
}
declare const Chart: {
  new (canvas: HTMLCanvasElement, config: any): ChartInstance;
  defaults: any;
};
