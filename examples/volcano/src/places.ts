/** A place worth walking to, in metres from the map's upper left corner. */
export interface Landmark {
  readonly name: string;
  readonly x: number;
  readonly z: number;
}

/** Where most ways lead: the high points, the crater, and where the map's edge is easily reached. */
export const LANDMARKS: readonly Landmark[] = [
  { name: 'summit', x: 185, z: 305 },
  { name: 'crater floor', x: 285, z: 260 },
  { name: 'northern rim', x: 285, z: 160 },
  { name: 'eastern rim', x: 350, z: 300 },
  { name: 'southern rim', x: 255, z: 385 },
  { name: 'saddle', x: 395, z: 210 },
  { name: 'southern shoulder', x: 465, z: 345 },
  { name: 'knoll', x: 580, z: 175 },
  { name: 'eastern spur', x: 640, z: 410 },
  { name: 'lower terrace', x: 560, z: 300 },
  { name: 'north gate', x: 470, z: 12 },
  { name: 'north-east gate', x: 840, z: 60 },
  { name: 'east gate', x: 848, z: 330 },
  { name: 'south-east gate', x: 800, z: 585 },
  { name: 'south gate', x: 430, z: 590 },
  { name: 'south-west gate', x: 60, z: 575 },
  { name: 'west gate', x: 10, z: 400 },
  { name: 'north-west gate', x: 30, z: 40 },
];
