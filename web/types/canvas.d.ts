// Canvas functions that browsers have and TypeScript 4.8 does not yet know.

interface CanvasRenderingContext2D {
  letterSpacing: string;
  roundRect(x: number, y: number, width: number, height: number, radius: number): void;
}
